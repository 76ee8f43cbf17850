package operation

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
)

// Event returns the event that tells of the operation as it stands. It carries the whole operation
// as a list shows it, so a receiver need not ask for it. at is when the state was reached, by
// which receivers may order events. It is the partner's own: how a write ended is told whatever has
// become of the grant under which it was made (decision 18).
func (op Operation) Event(name string, at time.Time) (event.Event, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return event.Event{}, fmt.Errorf("making an event id: %w", err)
	}
	return event.Event{ID: id, Name: name, Partner: op.Partner, Subject: op.ID, Fleet: op.Fleet,
		FleetRef: op.FleetRef, Kind: string(op.Kind), Own: true, OccurredAt: at, Tells: op.Read()}, nil
}
