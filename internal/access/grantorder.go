package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/resource"
)

// GrantOrder is what an operator wants a fleet to have granted a partner. Partner is named by its
// name, and Fleet as FleetNamed says, or by the partner's reference. Zero dates leave the bound as it is.
type GrantOrder struct {
	Partner, Fleet string
	// FleetRef is how the partner calls the fleet; "" leaves it as it is.
	FleetRef string
	// Levels maps kinds to read, read_write or none; the kind "all" stands for each.
	Levels                map[string]string
	Effective, Expiration time.Time
	// Endless takes the end away that the grant has.
	Endless bool
	// Status is active, paused or cancelled; "" leaves it as it is, and makes a new one active.
	Status string
	// Agrees is asked before something is taken from the partner that it may read or write; nil asks nobody. It may be asked
	// again if the grant changes meanwhile.
	Agrees func() error
}

// grantTries bounds how often an order starts again because its grant has changed.
const grantTries = 5

// SetGrant makes or changes what a fleet granted a partner. Levels that are not named stay as they
// are. A grant that has ended is not revived: a new one is made. What the fleet changes meanwhile is
// read again, so that an order changes what it names and nothing else.
func (o *Operator) SetGrant(ctx context.Context, order GrantOrder) (Grant, error) {
	partner, err := o.partnerNamed(ctx, order.Partner)
	if errors.Is(err, ErrNotFound) {
		return Grant{}, fmt.Errorf("there is no partner %q; make one with `waybill client create NAME --partner %[1]q`",
			order.Partner)
	}
	if err != nil {
		return Grant{}, err
	}
	known, err := o.office.Grants(ctx, partner.ID)
	if err != nil {
		return Grant{}, fmt.Errorf("looking up the partner's grants: %w", err)
	}
	fleet, err := o.FleetNamed(ctx, order.Fleet, known...)
	if err != nil {
		return Grant{}, err
	}
	for range grantTries {
		id, err := o.setGrant(ctx, order, partner.ID, fleet.ID)
		if errors.Is(err, fence.ErrOvertaken) || errors.Is(err, ErrExists) {
			continue
		}
		if err != nil {
			return Grant{}, err
		}
		// Read again, because the date may have ended it at once.
		return o.office.Agreement(ctx, id)
	}
	return Grant{}, errors.New("the grant is being changed by others; set it again")
}

// setGrant is one try, which fails if the grant changes meanwhile.
func (o *Operator) setGrant(ctx context.Context, order GrantOrder, partner, fleet uuid.UUID) (uuid.UUID, error) {
	from, err := o.office.Grant(ctx, partner, fleet)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return from.ID, fmt.Errorf("looking up the grant: %w", err)
	}
	now, g := o.clock(), from
	isNew := !from.Lives()
	if isNew {
		// The reference is kept; levels and dates are not, as nobody asked for them again.
		g = Grant{ID: uuid.Must(uuid.NewV7()), Partner: partner, Fleet: fleet, FleetRef: from.FleetRef,
			Status: GrantActive, Levels: map[resource.Kind]string{}, CreatedAt: now}
	}
	// A store may hand out what it keeps.
	g.Levels = maps.Clone(g.Levels)
	if err := order.apply(&g); err != nil {
		if isNew && from.ID != uuid.Nil && errors.Is(err, errNothing) {
			err = fmt.Errorf("the grant before has ended, and a new one takes none of its levels: %w", err)
		}
		return g.ID, err
	}
	if order.Agrees != nil && !isNew && g.At(now).takesFrom(from.At(now)) {
		if err := order.Agrees(); err != nil {
			return g.ID, err
		}
	}
	g.UpdatedAt = fence.Later(from.UpdatedAt, now)
	if isNew {
		err = o.office.InsertAgreement(ctx, g)
	} else if g = g.At(g.UpdatedAt); g.differs(from) {
		err = o.office.ChangeAgreement(ctx, from, g)
	}
	switch {
	case errors.Is(err, ErrRefTaken):
		return g.ID, fmt.Errorf("the partner knows another fleet as %q; choose another with --fleet-ref", g.FleetRef)
	case errors.Is(err, ErrNotFound):
		return g.ID, fmt.Errorf("the fleet %s was deleted", fleet)
	case err != nil && !errors.Is(err, fence.ErrOvertaken) && !errors.Is(err, ErrExists):
		return g.ID, fmt.Errorf("storing the grant: %w", err)
	}
	return g.ID, err
}

var errNothing = errors.New("the grant would allow nothing; name a level such as --level vehicle=read_write, " +
	"or end it with --status cancelled")

// every stands for each kind.
const every = "all"

// apply puts an order over a grant.
func (order GrantOrder) apply(g *Grant) error {
	if err := order.applyLevels(g); err != nil {
		return err
	}
	if len(g.Levels) == 0 && order.Status != GrantCancelled {
		return errNothing
	}
	g.FleetRef = cmp.Or(order.FleetRef, g.FleetRef)
	g.Status = cmp.Or(order.Status, g.Status)
	if !order.Effective.IsZero() {
		g.Effective = order.Effective
	}
	if !order.Expiration.IsZero() {
		g.Expiration = order.Expiration
	}
	if order.Endless {
		g.Expiration = time.Time{}
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
				return fmt.Errorf("%q is no kind; there are %s", name, kindNames())
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

// kindNames are what an order may name.
func kindNames() string {
	names := []string{every}
	for _, k := range resource.Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}
