package access

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
)

// Directory keeps clients and whose they are.
type Directory interface {
	// Client returns a client by id, or ErrNotFound.
	Client(ctx context.Context, id string) (Client, error)
	Clients
	Fleets
}

// GrantKeeper keeps grants.
type GrantKeeper interface {
	// Grant returns what a fleet allowed a partner last, or ErrNotFound.
	Grant(ctx context.Context, partner, fleet uuid.UUID) (Grant, error)
	// SaveGrant adds or replaces a grant and its fleet; ErrRefTaken if the partner uses the
	// reference for another fleet.
	SaveGrant(ctx context.Context, g Grant, f Fleet) error
	// Agreement returns a grant by id, or ErrNotFound.
	Agreement(ctx context.Context, id uuid.UUID) (Grant, error)
}

// Operator is what the person who runs an installation may do: make clients, and set what fleets
// grant partners. Its errors are for that person. It works on the database directly, beside a
// service that may run over it.
type Operator struct {
	directory Directory
	grants    GrantKeeper
	now       func() time.Time
}

// NewOperator returns an operator over a store.
func NewOperator(d Directory, g GrantKeeper, now func() time.Time) *Operator {
	return &Operator{d, g, now}
}

// CreateClient makes a client of a partner, or gives one a new secret, and returns the secret,
// which is not kept. A name that no partner has makes one. No scopes means all.
func (o *Operator) CreateClient(ctx context.Context, id, partner string, scopes []string) (string, error) {
	all := Scopes()
	for _, s := range scopes {
		if !slices.Contains(all, s) {
			return "", fmt.Errorf("there is no scope %q; there are %s", s, strings.Join(all, ", "))
		}
	}
	if len(scopes) == 0 {
		scopes = all
	}
	// The id follows from the name, so a partner that is set up anew in another database keeps it.
	made := Partner{ID: uuid.NewSHA1(uuid.NameSpaceURL, []byte("waybill:partner:"+partner)), Name: partner}
	return o.give(ctx, Client{ID: id, Partner: made, Scopes: scopes})
}

// CreateFleetClient makes a client of a fleet, or gives one a new secret, and returns the secret,
// which is not kept. The fleet is named by its id, its name or a partner's reference of it; a name
// that no fleet has makes one. No scopes means all that a fleet can use.
func (o *Operator) CreateFleetClient(ctx context.Context, id, fleet string, scopes []string) (string, error) {
	all := slices.DeleteFunc(Scopes(), PartnersOnly)
	for _, s := range scopes {
		if !slices.Contains(all, s) {
			return "", fmt.Errorf("%q is no scope of a fleet; there are %s", s, strings.Join(all, ", "))
		}
	}
	if len(scopes) == 0 {
		scopes = all
	}
	owner, err := o.fleetNamed(ctx, fleet)
	if errors.Is(err, ErrNotFound) && strings.TrimSpace(fleet) != "" {
		// A name of spaces is a slip and makes no fleet.
		owner, err = Fleet{ID: uuid.NewSHA1(uuid.NameSpaceURL, []byte("waybill:fleet:"+fleet)), Name: fleet}, nil
	}
	if err != nil {
		return "", err
	}
	return o.give(ctx, Client{ID: id, Fleet: owner, Scopes: scopes})
}

// give stores a client with a new secret, unless another partner or fleet has a client of its id.
func (o *Operator) give(ctx context.Context, c Client) (string, error) {
	known, err := o.directory.Client(ctx, c.ID)
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return "", fmt.Errorf("looking up the client: %w", err)
	case known.Fleet.ID != c.Fleet.ID || known.Partner.Name != c.Partner.Name:
		return "", fmt.Errorf("the client %s belongs to %s", c.ID, known.Owner())
	default:
		// A partner may have come by its id in another way; its clients stay together.
		c.Partner = known.Partner
	}
	// 260 bits; see HashSecret.
	secret := rand.Text() + rand.Text()
	c.SecretHash = HashSecret(secret)
	if err := o.directory.SaveClient(ctx, c); err != nil {
		return "", fmt.Errorf("storing the client: %w", err)
	}
	return secret, nil
}

// fleetNamed finds the one fleet that a name, an id or a partner's reference stands for. It
// refuses to choose among several. ErrNotFound is wrapped for those who would make one.
func (o *Operator) fleetNamed(ctx context.Context, name string) (Fleet, error) {
	found, err := o.directory.FleetsNamed(ctx, name)
	if err != nil {
		return Fleet{}, fmt.Errorf("looking up the fleet: %w", err)
	}
	if id, err := uuid.Parse(name); err == nil {
		one, _, err := o.directory.Fleets(ctx, FleetQuery{Self: id, Window: page.Window{Limit: 1}})
		if err != nil {
			return Fleet{}, fmt.Errorf("looking up the fleet: %w", err)
		}
		for _, f := range one {
			found = append(found, f.Fleet)
		}
	}
	switch len(found) {
	case 0:
		return Fleet{}, fmt.Errorf("there is no fleet %q: %w", name, ErrNotFound)
	case 1:
		return found[0], nil
	}
	var ids []string
	for _, f := range found {
		ids = append(ids, fmt.Sprintf("%s (%s)", f.ID, f.Name))
	}
	return Fleet{}, fmt.Errorf("%q stands for several fleets; name one by its id: %s", name, strings.Join(ids, ", "))
}
