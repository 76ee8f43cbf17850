package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/store"
)

// openDatabase opens the database for a command that works beside a running service.
func openDatabase(ctx context.Context, c config.Config) (store.Store, error) {
	return store.Open(ctx, c.DatabaseURL, store.Options{Now: time.Now})
}

// CreateFleetClient makes a client of a fleet, or gives one a new secret, and returns the
// secret, which is not kept. The fleet is named by its id, its name or a partner's
// reference of it; a name that no fleet has makes one. No scopes means all that a fleet can use.
func CreateFleetClient(ctx context.Context, c config.Config, id, fleet string, scopes []string) (string, error) {
	if len(scopes) == 0 {
		scopes = slices.DeleteFunc(access.Scopes(), access.PartnersOnly)
	}
	for _, s := range scopes {
		if access.PartnersOnly(s) || !slices.Contains(access.Scopes(), s) {
			return "", fmt.Errorf("%q is no scope of a fleet; there are %s", s,
				strings.Join(slices.DeleteFunc(access.Scopes(), access.PartnersOnly), ", "))
		}
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return "", err
	}
	defer db.Close()
	owner, err := fleetNamed(ctx, db, fleet)
	if errors.Is(err, access.ErrNotFound) && strings.TrimSpace(fleet) != "" {
		owner, err = access.Fleet{ID: uuid.NewSHA1(uuid.NameSpaceURL, []byte("waybill:fleet:"+fleet)), Name: fleet}, nil
	}
	if err != nil {
		return "", err
	}
	known, err := db.Client(ctx, id)
	if err == nil && known.Fleet.ID != owner.ID {
		return "", fmt.Errorf("the client %s belongs to %s", id, known.Owner())
	}
	if err != nil && !errors.Is(err, access.ErrNotFound) {
		return "", fmt.Errorf("looking up the client: %w", err)
	}
	secret := rand.Text() + rand.Text()
	err = db.SaveClient(ctx, access.Client{ID: id, SecretHash: access.HashSecret(secret), Fleet: owner, Scopes: scopes})
	if err != nil {
		return "", fmt.Errorf("storing the client: %w", err)
	}
	return secret, nil
}

// fleetNamed finds the one fleet that a name, an id or a partner's reference stands for.
func fleetNamed(ctx context.Context, db store.Store, name string) (access.Fleet, error) {
	found, err := db.FleetsNamed(ctx, name)
	if err != nil {
		return access.Fleet{}, fmt.Errorf("looking up the fleet: %w", err)
	}
	if id, err := uuid.Parse(name); err == nil {
		one, _, err := db.Fleets(ctx, access.FleetQuery{Self: id, Window: page.Window{Limit: 1}})
		if err != nil {
			return access.Fleet{}, fmt.Errorf("looking up the fleet: %w", err)
		}
		for _, f := range one {
			found = append(found, f.Fleet)
		}
	}
	switch len(found) {
	case 0:
		return access.Fleet{}, fmt.Errorf("there is no fleet %q: %w", name, access.ErrNotFound)
	case 1:
		return found[0], nil
	}
	var ids []string
	for _, f := range found {
		ids = append(ids, fmt.Sprintf("%s (%s)", f.ID, f.Name))
	}
	return access.Fleet{}, fmt.Errorf("%q stands for several fleets; name one by its id: %s", name, strings.Join(ids, ", "))
}

// GrantOrder is what an operator wants a fleet to have granted a partner.
type GrantOrder struct {
	Partner, Fleet string
	// FleetRef is how the partner calls the fleet; "" leaves it as it is.
	FleetRef string
	// Levels maps kinds to read, read_write or none; the kind "all" stands for each.
	Levels                map[string]string
	Effective, Expiration time.Time
	// Status is active, paused or cancelled; "" leaves it as it is, and makes a new one active.
	Status string
}

// SetGrant makes or changes what a fleet granted a partner. Levels that are not named stay as
// they are. A grant that has ended is not revived: a new one is made.
func SetGrant(ctx context.Context, c config.Config, o GrantOrder) (access.Grant, error) {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return access.Grant{}, err
	}
	defer db.Close()
	partners, err := db.Partners(ctx, o.Partner)
	if err != nil {
		return access.Grant{}, fmt.Errorf("looking up the partner: %w", err)
	}
	if len(partners) != 1 {
		return access.Grant{}, fmt.Errorf("there is no partner %q; make one with `waybill client create NAME --partner %q`", o.Partner, o.Partner)
	}
	fleet, err := fleetNamed(ctx, db, o.Fleet)
	if errors.Is(err, access.ErrNotFound) {
		return access.Grant{}, fmt.Errorf("there is no fleet %q; a connection makes one, and so does `waybill client create NAME --fleet %q`", o.Fleet, o.Fleet)
	}
	if err != nil {
		return access.Grant{}, err
	}
	g, err := db.Grant(ctx, partners[0].ID, fleet.ID)
	lives := err == nil && g.Lives()
	if err != nil && !errors.Is(err, access.ErrNotFound) {
		return g, fmt.Errorf("looking up the grant: %w", err)
	}
	if !lives {
		ref := g.FleetRef
		g = access.Grant{ID: uuid.Must(uuid.NewV7()), Partner: partners[0].ID, Fleet: fleet.ID, FleetRef: ref,
			Status: access.GrantActive, Levels: map[resource.Kind]string{}}
	}
	if err := o.apply(&g); err != nil {
		return g, err
	}
	g.UpdatedAt = time.Now().UTC().Truncate(time.Microsecond)
	if err := db.SaveGrant(ctx, g, fleet); errors.Is(err, access.ErrRefTaken) {
		return g, fmt.Errorf("the partner knows another fleet as %q; choose another with --fleet-ref", g.FleetRef)
	} else if err != nil {
		return g, fmt.Errorf("storing the grant: %w", err)
	}
	return db.Agreement(ctx, g.ID)
}

// every stands for each kind.
const every = "all"

func order(kind string) int {
	if kind == every {
		return 0
	}
	return 1
}

// apply puts an order over a grant.
func (o GrantOrder) apply(g *access.Grant) error {
	// What is said of one kind counts more than what is said of all.
	names := slices.SortedFunc(maps.Keys(o.Levels), func(a, b string) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a, b))
	})
	for _, name := range names {
		level := o.Levels[name]
		kinds := []resource.Kind{resource.Kind(name)}
		if name == every {
			kinds = resource.Kinds()
		}
		for _, k := range kinds {
			switch {
			case !slices.Contains(resource.Kinds(), k):
				return fmt.Errorf("%q is no kind; there are all, %v", name, resource.Kinds())
			case level == "none":
				delete(g.Levels, k)
			case level == access.Read || level == access.ReadWrite:
				g.Levels[k] = level
			default:
				return fmt.Errorf("the level of %s must be read, read_write or none, not %q", name, level)
			}
		}
	}
	if len(g.Levels) == 0 && o.Status != access.GrantCancelled {
		return errors.New("the grant would allow nothing; name a level such as --level vehicle=read_write, or end it with --status cancelled")
	}
	if o.FleetRef != "" {
		g.FleetRef = o.FleetRef
	}
	if o.Status != "" {
		g.Status = o.Status
	}
	if !o.Effective.IsZero() {
		g.Effective = o.Effective
	}
	if !o.Expiration.IsZero() {
		g.Expiration = o.Expiration
	}
	if !g.Expiration.IsZero() && !g.Expiration.After(g.Effective) {
		return fmt.Errorf("the grant would end at %s, before it begins", g.Expiration.Format(time.RFC3339))
	}
	return nil
}
