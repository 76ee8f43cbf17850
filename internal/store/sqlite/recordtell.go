package sqlite

import (
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// audience finds out, once for each fleet and kind that a write changes records of, who may want to
// hear of it. It belongs to one write: the next one may bring another grant or subscription.
type audience struct {
	db    *DB
	known map[listened][]access.Grant
	heard hearers
}

type listened struct {
	fleet uuid.UUID
	kind  resource.Kind
}

func (db *DB) audience() *audience {
	return &audience{db: db, known: map[listened][]access.Grant{}, heard: hearers{}}
}

// grants are those on a fleet whose partners subscribe to a change of a kind. Whether one lets its
// partner hear, and whether a subscription does, is the rooms' to say.
func (a *audience) grants(t *tx, of listened) ([]access.Grant, error) {
	found, asked := a.known[of]
	if asked {
		return found, nil
	}
	names, err := text(record.EventNames(of.kind), true)
	if err != nil {
		return nil, err
	}
	found, err = t.grants(`fleet = ?1 AND EXISTS (SELECT 1 FROM subscription s WHERE s.partner = share_grant.partner
		AND s.event_name IN (SELECT value FROM json_each(?2)) AND s.status <> 'deleted')`, of.fleet[:], names)
	a.known[of] = found
	return found, err
}

// tell publishes what became of a record as it is stored. Where nobody listens it costs no more
// than the one question of the whole write.
func (a *audience) tell(t *tx, r record.Record, c record.Change, at time.Time) error {
	if record.EventName(r.Kind, c) == "" {
		return nil
	}
	grants, err := a.grants(t, listened{r.Fleet, r.Kind})
	if err != nil || len(grants) == 0 {
		return err
	}
	events, err := r.Tell(c, at, grants)
	if err != nil {
		return err
	}
	return t.publishTo(a.db, a.heard, events)
}

// tellStored is tell for a record of which only the row's place is known. It is read only if
// somebody may want to hear.
func (a *audience) tellStored(t *tx, of listened, id uuid.UUID, c record.Change, at time.Time) error {
	if record.EventName(of.kind, c) == "" {
		return nil
	}
	grants, err := a.grants(t, of)
	if err != nil || len(grants) == 0 {
		return err
	}
	known, err := t.knownRecord(id)
	if err != nil {
		return err
	}
	return a.tell(t, known.Record, c, at)
}
