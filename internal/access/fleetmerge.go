package access

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
)

// FleetsMerged is the fleet that is left of two, and what became of the grants of the one that went.
type FleetsMerged struct {
	FleetEntry
	Grants []GrantMoved
}

// GrantMoved is a grant of a fleet that was merged into another.
type GrantMoved struct {
	Grant
	// Before is the status that it had.
	Before  string
	Partner Partner
}

// String tells an operator what became of the grant.
func (g GrantMoved) String() string {
	as := ""
	if g.FleetRef != "" {
		as = fmt.Sprintf(" as %q", g.FleetRef)
	}
	if g.Before != g.Status {
		return fmt.Sprintf("grant to %s%s: was %s and is %s, because the fleet that stays has, or had, one to that partner",
			g.Partner.Name, as, g.Before, g.Status)
	}
	return fmt.Sprintf("grant to %s%s: %s, and of the fleet that stays", g.Partner.Name, as, g.Status)
}

// grantsOf lists the grants of a fleet that are not deleted.
func (o *Operator) grantsOf(ctx context.Context, fleet uuid.UUID) ([]Grant, error) {
	found, _, err := o.office.Agreements(ctx, AgreementQuery{Fleet: fleet, Window: page.Window{Limit: math.MaxInt32}})
	if err != nil {
		return nil, fmt.Errorf("listing the fleet's grants: %w", err)
	}
	return found, nil
}

// became reads what grants have become.
func (o *Operator) became(ctx context.Context, grants []Grant) (all []GrantMoved, err error) {
	for _, before := range grants {
		g := GrantMoved{Before: before.Status}
		if g.Grant, err = o.office.Agreement(ctx, before.ID); err == nil {
			g.Partner, err = o.office.Partner(ctx, before.Partner)
		}
		if err != nil {
			return nil, fmt.Errorf("the fleets are merged, and reading what became of the grants failed: %w", err)
		}
		all = append(all, g)
	}
	return all, nil
}

// Merged returns what becomes of the grants of a fleet that another takes over. One that lives ends where
// its partner has one of the other fleet, be that one at its end: what two agreements allow is not for a
// merge to add up, and what a fleet has ended not for a merge to open. Partners are told of moved; grants
// that were deleted are silent.
func Merged(grants, others []Grant, into uuid.UUID, at time.Time) (silent, moved []Grant) {
	for _, g := range grants {
		g = g.At(at)
		g.Fleet = into
		if g.Status == GrantDeleted {
			silent = append(silent, g)
			continue
		}
		if g.Lives() && slices.ContainsFunc(others, func(o Grant) bool { return o.Partner == g.Partner }) {
			g.Status = GrantCancelled
		}
		g.UpdatedAt = fence.Later(g.UpdatedAt, at)
		moved = append(moved, g)
	}
	return silent, moved
}

// CalledAfter is how the partner of a grant calls the fleet that stays, of which others are the grants, once the
// grant's fleet is merged into it.
func (g Grant) CalledAfter(others []Grant) string {
	ref := g.FleetRef
	for _, o := range others {
		if o.Partner != g.Partner || o.FleetRef == "" {
			continue
		}
		if ref = o.FleetRef; o.Lives() {
			break
		}
	}
	return ref
}
