package access

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/resource"
)

// What follows is decided here and carried out by stores, in the transaction in which they read
// the grants that a decision is made from.

// Lives tells whether the grant keeps others of its partner and fleet from taking its place.
func (g Grant) Lives() bool { return g.Status == GrantActive || g.Status == GrantPaused }

// NameFree refuses with ErrRefTaken a grant by whose reference its partner knows another fleet,
// whatever became of the grant. others are the partner's grants under the reference on fleets that are there:
// even a deleted grant keeps its reference, since events and operations were told under it, until its fleet goes.
func (g Grant) NameFree(others []Grant) error {
	foreign := func(o Grant) bool {
		return o.Partner == g.Partner && o.FleetRef == g.FleetRef && o.Fleet != g.Fleet
	}
	if g.FleetRef != "" && slices.ContainsFunc(others, foreign) {
		return ErrRefTaken
	}
	return nil
}

// TakePlace tells which grants give way to one that lives: those that have expired by their date
// at its UpdatedAt, returned as they are then. ErrExists if another one still lives. others are
// the grants of the same partner and fleet, as they are stored. Expiry is nowhere written when it
// happens: the row of a grant says active until somebody needs its place.
func (g Grant) TakePlace(others []Grant) (ended []Grant, err error) {
	if !g.Lives() {
		return nil, nil
	}
	for _, o := range others {
		if o.ID == g.ID || !o.Lives() {
			continue
		}
		if o = o.At(g.UpdatedAt); o.Lives() {
			return nil, ErrExists
		}
		ended = append(ended, o)
	}
	return ended, nil
}

// differs tells whether a grant says something else than it did.
func (g Grant) differs(from Grant) bool {
	return g.FleetRef != from.FleetRef || g.Status != from.Status || !maps.Equal(g.Levels, from.Levels) ||
		!g.Effective.Equal(from.Effective) || !g.Expiration.Equal(from.Expiration)
}

// takesFrom tells whether a grant no longer lets the partner read or write something that it did.
func (g Grant) takesFrom(from Grant) bool {
	return slices.ContainsFunc(resource.Kinds(), func(k resource.Kind) bool {
		return from.MayRead(k) && !g.MayRead(k) || from.MayWrite(k) && !g.MayWrite(k)
	})
}

// Change is the name of the event that tells of a changed grant.
func (g Grant) Change() string {
	if g.Status == GrantDeleted {
		return EventDeleted
	}
	return EventUpdated
}

// Lets tells whether the grant lets its partner have an event of its fleet at a time: when the event
// occurs, and again when it is handed out.
func (g Grant) Lets(e event.Event, at time.Time) bool {
	return g.InForce(at) && (e.Kind == "" || g.Levels[resource.Kind(e.Kind)] != "")
}

// Address returns an event once for each grant in force, for its partner and under the reference
// by which that partner knows the fleet. One that names its partner is for that one alone. Each
// copy is an event of its own, since an event has one partner.
func Address(e event.Event, grants []Grant) []event.Event {
	if e.Partner != uuid.Nil {
		return []event.Event{e}
	}
	var all []event.Event
	for _, g := range grants {
		if g.InForce(e.OccurredAt) {
			e.ID, e.Partner, e.FleetRef = uuid.Must(uuid.NewV7()), g.Partner, g.FleetRef
			all = append(all, e)
		}
	}
	return all
}
