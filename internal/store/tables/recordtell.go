package tables

import (
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// listened is of what the records are that a write changes.
type listened struct {
	fleet uuid.UUID
	kind  resource.Kind
}

// audience are the grants on a fleet whose partners subscribe to a change of a kind. Whether one lets its
// partner hear, and whether a subscription does, is the rooms' to say.
func (t *tx) audience(of listened) ([]access.Grant, error) {
	return recalled(&t.known.audiences, of, func() ([]access.Grant, error) {
		names, err := text(record.EventNames(of.kind), true)
		if err != nil {
			return nil, err
		}
		return t.grants(`fleet = ?1 AND EXISTS (SELECT 1 FROM subscription s WHERE s.partner = share_grant.partner
			AND s.event_name IN (SELECT value FROM json_each(?2)) AND s.status <> 'deleted')`, of.fleet[:], names)
	})
}

// tell publishes what became of a record as it is stored.
func (t *tx) tell(db *DB, r record.Record, c record.Change, at time.Time) error {
	if record.EventName(r.Kind, c) == "" {
		return nil
	}
	grants, err := t.audience(listened{r.Fleet, r.Kind})
	if err != nil || len(grants) == 0 {
		return err
	}
	events, err := r.Tell(c, at, grants)
	if err != nil {
		return err
	}
	return t.publish(db, events)
}

// tellStored is tell for a record of which only the row's place is known. It is read only if
// somebody may want to hear.
func (t *tx) tellStored(db *DB, of listened, id uuid.UUID, c record.Change, at time.Time) error {
	if record.EventName(of.kind, c) == "" {
		return nil
	}
	grants, err := t.audience(of)
	if err != nil || len(grants) == 0 {
		return err
	}
	known, err := t.knownRecord(id)
	if err != nil {
		return err
	}
	return t.tell(db, known.Record, c, at)
}
