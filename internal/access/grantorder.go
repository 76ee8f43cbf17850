package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// GrantOrder is what an operator wants a fleet to have granted a partner. Partner is named by its
// name, and Fleet as fleetNamed says. Zero dates leave the bound as it is.
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

// SetGrant makes or changes what a fleet granted a partner. Levels that are not named stay as they
// are. A grant that has ended is not revived: a new one is made. Two operators at once are not
// kept apart: the later order wins, as with any command.
func (o *Operator) SetGrant(ctx context.Context, order GrantOrder) (Grant, error) {
	partners, err := o.directory.Partners(ctx, order.Partner)
	if err != nil {
		return Grant{}, fmt.Errorf("looking up the partner: %w", err)
	}
	if len(partners) != 1 {
		return Grant{}, fmt.Errorf("there is no partner %q; make one with `waybill client create NAME --partner %[1]q`",
			order.Partner)
	}
	fleet, err := o.fleetNamed(ctx, order.Fleet)
	if errors.Is(err, ErrNotFound) {
		return Grant{}, fmt.Errorf("there is no fleet %q; a connection makes one, and so does "+
			"`waybill client create NAME --fleet %[1]q`", order.Fleet)
	}
	if err != nil {
		return Grant{}, err
	}
	g, err := o.grants.Grant(ctx, partners[0].ID, fleet.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return g, fmt.Errorf("looking up the grant: %w", err)
	}
	// The reference is kept; levels and dates are not, as nobody asked for them again.
	if g.Status != GrantActive && g.Status != GrantPaused {
		g = Grant{ID: uuid.Must(uuid.NewV7()), Partner: partners[0].ID, Fleet: fleet.ID, FleetRef: g.FleetRef,
			Status: GrantActive, Levels: map[resource.Kind]string{}}
	}
	// A store may hand out what it keeps.
	g.Levels = maps.Clone(g.Levels)
	if err := order.apply(&g); err != nil {
		return g, err
	}
	g.UpdatedAt = o.now().UTC().Truncate(time.Microsecond)
	if err := o.grants.SaveGrant(ctx, g, fleet); errors.Is(err, ErrRefTaken) {
		return g, fmt.Errorf("the partner knows another fleet as %q; choose another with --fleet-ref", g.FleetRef)
	} else if err != nil {
		return g, fmt.Errorf("storing the grant: %w", err)
	}
	// Read again, because the date may have ended it at once.
	return o.grants.Agreement(ctx, g.ID)
}

// every stands for each kind.
const every = "all"

// apply puts an order over a grant.
func (order GrantOrder) apply(g *Grant) error {
	if err := order.applyLevels(g); err != nil {
		return err
	}
	if len(g.Levels) == 0 && order.Status != GrantCancelled {
		return errors.New("the grant would allow nothing; name a level such as --level vehicle=read_write, " +
			"or end it with --status cancelled")
	}
	g.FleetRef = cmp.Or(order.FleetRef, g.FleetRef)
	g.Status = cmp.Or(order.Status, g.Status)
	if !order.Effective.IsZero() {
		g.Effective = order.Effective
	}
	if !order.Expiration.IsZero() {
		g.Expiration = order.Expiration
	}
	if !g.Expiration.IsZero() && !g.Expiration.After(g.Effective) {
		return fmt.Errorf("the grant would end at %s, before it begins", g.Expiration.Format(time.RFC3339))
	}
	return nil
}

// applyLevels sets the levels. What is said of one kind counts more than what is said of all.
func (order GrantOrder) applyLevels(g *Grant) error {
	one := slices.DeleteFunc(slices.Sorted(maps.Keys(order.Levels)), func(name string) bool { return name == every })
	if _, ok := order.Levels[every]; ok {
		one = append([]string{every}, one...)
	}
	for _, name := range one {
		level, kinds := order.Levels[name], []resource.Kind{resource.Kind(name)}
		if name == every {
			kinds = resource.Kinds()
		}
		for _, k := range kinds {
			switch {
			case !slices.Contains(resource.Kinds(), k):
				return fmt.Errorf("%q is no kind; there are all, %v", name, resource.Kinds())
			case level == "none":
				delete(g.Levels, k)
			case level == Read || level == ReadWrite:
				g.Levels[k] = level
			default:
				return fmt.Errorf("the level of %s must be read, read_write or none, not %q", name, level)
			}
		}
	}
	return nil
}
