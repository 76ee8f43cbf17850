package webhook

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// FleetMove is what a fleet is called from some time on: it became part of another one, or its partner calls it
// otherwise. What is zero stays as it is.
type FleetMove struct {
	Fleet, Into uuid.UUID
	Ref, NewRef string
}

// Follow returns the subscription with filters that mean the same fleet after a move, and whether that changes
// them. Else it would fall silent, or hear of whichever fleet gets the old reference.
func (s Subscription) Follow(m FleetMove, at time.Time) (Subscription, bool) {
	if s.Filters == nil || s.Filters.Lost {
		return s, false
	}
	ids, moved := follow(s.Filters.FleetIDs, m.Fleet, m.Into)
	refs, renamed := follow(s.Filters.FleetRefs, m.Ref, m.NewRef)
	if !moved && !renamed {
		return s, false
	}
	s.Filters = &Filters{FleetIDs: ids, FleetRefs: refs}
	return s.changed(at), true
}

// follow puts another item in the place of one, unless it stands there already.
func follow[T comparable](all []T, from, to T) ([]T, bool) {
	var none T
	i := slices.Index(all, from)
	if i < 0 || from == none || to == none || from == to {
		return all, false
	}
	rest := slices.Delete(slices.Clone(all), i, i+1)
	if slices.Contains(rest, to) {
		return rest, true
	}
	return slices.Insert(rest, i, to), true
}
