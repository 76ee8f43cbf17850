package access

import (
	"cmp"
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

// Office is what an operator works on.
type Office interface {
	Clients
	Partners
	FleetKeeper
	Store
	Agreements
}

// Operator does what the person who runs an installation may do: give clients their secrets and
// take them, make, name, merge and delete fleets, and set what fleets grant partners. Its errors
// are for that person. It works on the database directly, beside a service that may run over it.
type Operator struct {
	office Office
	now    func() time.Time
}

// NewOperator returns an operator over a store.
func NewOperator(o Office, now func() time.Time) *Operator { return &Operator{o, now} }

// clock is the time as it is stored.
func (o *Operator) clock() time.Time { return o.now().UTC().Truncate(time.Microsecond) }

// Client returns a client.
func (o *Operator) Client(ctx context.Context, id string) (Client, error) {
	c, err := o.office.Client(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return c, fmt.Errorf("there is no client %s; `waybill client list` shows those that there are", id)
	}
	if err != nil {
		return c, fmt.Errorf("looking up the client: %w", err)
	}
	return c, nil
}

// Clients lists all clients by their ids.
func (o *Operator) Clients(ctx context.Context) ([]Client, error) { return o.office.AllClients(ctx) }

// ClientOrder says what client to make. Owner names its partner or fleet; no scopes means all that the
// owner can use.
type ClientOrder struct {
	ID, Owner string
	Scopes    []string
	Strict    bool
	// SyncEvents is of partners' clients alone: fleets write nothing.
	SyncEvents bool
}

// client begins what is ordered, unless there is a client of that id: its callers would be shut out
// without a word.
func (o *Operator) client(ctx context.Context, order ClientOrder, fleet bool) (Client, error) {
	c := Client{ID: order.ID, Strict: order.Strict, SyncEvents: order.SyncEvents && !fleet}
	known, err := o.office.Client(ctx, order.ID)
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return c, fmt.Errorf("looking up the client: %w", err)
	default:
		return c, taken(known)
	}
	c.Scopes, err = checkScopes(order.Scopes, fleet)
	return c, err
}

// CreateClient makes a client of a partner and returns its secret, which is not kept. A name that
// no partner has makes one.
func (o *Operator) CreateClient(ctx context.Context, order ClientOrder) (string, error) {
	c, err := o.client(ctx, order, false)
	if err != nil {
		return "", err
	}
	partner := order.Owner
	known, err := o.partnerNamed(ctx, partner)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", err
	}
	// The id follows from the name, so a partner that is set up anew in another database keeps it.
	c.Partner = cmp.Or(known,
		Partner{ID: uuid.NewSHA1(uuid.NameSpaceURL, []byte("waybill:partner:"+partner)), Name: partner})
	return o.insert(ctx, c)
}

// CreateFleetClient makes a client of a fleet and returns its secret, which is not kept. The fleet
// is named by its id, or by a name as sure says; a name that no fleet has makes one.
func (o *Operator) CreateFleetClient(ctx context.Context, order ClientOrder) (string, error) {
	c, err := o.client(ctx, order, true)
	if err != nil {
		return "", err
	}
	c.Fleet, err = o.FleetNamed(ctx, order.Owner)
	var none noFleet
	if errors.As(err, &none) && none.name != "" {
		c.Fleet, err = o.newFleet(ctx, order.Owner)
	}
	if err != nil {
		return "", err
	}
	return o.insert(ctx, c)
}

func taken(c Client) error {
	return fmt.Errorf("there is a client %s of %s; `waybill client rotate %[1]s` gives it another secret, "+
		"`waybill client scopes %[1]s` other scopes, and `waybill client delete %[1]s` makes room for another", c.ID,
		c.Owner())
}

// insert stores a new client with a secret of 260 bits; see HashSecret.
func (o *Operator) insert(ctx context.Context, c Client) (string, error) {
	secret := rand.Text() + rand.Text()
	c.Generation, c.Secrets = 1, []Secret{NewSecret(secret, o.clock())}
	err := o.office.InsertClient(ctx, c)
	switch {
	case errors.Is(err, ErrClientExists):
		return "", taken(c)
	case errors.Is(err, ErrNotFound):
		return "", fmt.Errorf("the fleet %s was deleted", c.Fleet.ID)
	case err != nil:
		return "", fmt.Errorf("storing the client: %w", err)
	}
	return secret, nil
}

// checkScopes returns the scopes that a client gets: all that its owner can use if none is given.
func checkScopes(scopes []string, fleet bool) ([]string, error) {
	all, owner := Scopes(), "there is no scope %q; there are %s"
	if fleet {
		all, owner = slices.DeleteFunc(all, PartnersOnly), "%q is no scope of a fleet; there are %s"
	}
	for _, s := range scopes {
		if !slices.Contains(all, s) {
			return nil, fmt.Errorf(owner, s, strings.Join(all, ", "))
		}
	}
	if len(scopes) == 0 {
		return all, nil
	}
	return slices.Compact(slices.Sorted(slices.Values(scopes))), nil
}

// partnerNamed returns the partner of a name; ErrNotFound is wrapped for those who would make one.
func (o *Operator) partnerNamed(ctx context.Context, name string) (Partner, error) {
	found, _, err := o.office.Partners(ctx, PartnerQuery{Name: name, Window: page.Window{Limit: 2}})
	switch {
	case err != nil:
		return Partner{}, fmt.Errorf("looking up the partner: %w", err)
	case len(found) == 0:
		return Partner{}, fmt.Errorf("there is no partner %q: %w", name, ErrNotFound)
	case len(found) > 1:
		return Partner{}, fmt.Errorf("%q is the name of several partners", name)
	}
	return found[0], nil
}
