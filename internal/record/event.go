package record

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Change is what became of a record, as events tell of it; "" is nothing that anybody need hear of.
type Change string

// The changes. A record that was removed and is there again is added anew.
const (
	Added    Change = "added"
	Modified Change = "modified"
	Removed  Change = "removed"
)

// EventName is the contract's name of the event that tells of a change of a kind's record; "" if it
// has none.
func EventName(kind resource.Kind, c Change) string {
	if c == "" || c == Removed && kind.Facts().Stays {
		return ""
	}
	return string(kind) + "." + string(c)
}

// EventNames are the names of all events that tell of records of a kind.
func EventNames(kind resource.Kind) []string {
	var all []string
	for _, c := range []Change{Added, Modified, Removed} {
		if name := EventName(kind, c); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// Tell returns the events that tell of a change of the record at a time: one for each grant that
// lets its partner read the record then, in the form in which a read gives it to that partner. They
// have the record for a subject, so that a receiver gets its changes in order.
func (r Record) Tell(c Change, at time.Time, grants []access.Grant) ([]event.Event, error) {
	e := event.Event{Name: EventName(r.Kind, c), Subject: r.ID, Fleet: r.Fleet, Kind: string(r.Kind), OccurredAt: at}
	if e.Name == "" {
		return nil, nil
	}
	var all []event.Event
	for _, g := range grants {
		if !g.Lets(e, at) {
			continue
		}
		data, err := r.Read(g.FleetRef, false)
		if err != nil {
			return nil, fmt.Errorf("encoding the event %s: %w", e.Name, err)
		}
		id, err := uuid.NewV7()
		if err != nil {
			return nil, fmt.Errorf("making an event id: %w", err)
		}
		e.ID, e.Partner, e.FleetRef, e.Data = id, g.Partner, g.FleetRef, data
		all = append(all, e)
	}
	return all, nil
}

// changed tells what another reading makes of a known record: whether a caller would read something
// else of it. What only moves times, or who brought it, is nothing.
func (r Record) changed(known Record) Change {
	switch {
	case !known.DeletedAt.IsZero():
		return Added
	case r.Hash != known.Hash, string(r.Extras) != string(known.Extras), !r.OccurredAt.Equal(known.OccurredAt),
		r.Synthetic != known.Synthetic:
		return Modified
	}
	return ""
}
