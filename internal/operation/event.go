package operation

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
)

// Raises tells whether events tell of the operation. The caller of a sync one has the answer, so it raises some only
// where that was asked for.
func (op Operation) Raises() bool { return !op.Sync || op.Told }

// EventNames are those of the events that tell of operations.
func EventNames() []string {
	return []string{event.OperationCreated, event.OperationSucceeded, event.OperationFailed}
}

// Tells returns the events that the end of an operation raises; none before.
func (op Operation) Tells(at time.Time) ([]event.Event, error) {
	if !op.State.Ended() || !op.Raises() {
		return nil, nil
	}
	name := event.OperationFailed
	if op.State == Succeeded {
		name = event.OperationSucceeded
	}
	e, err := op.Event(name, at)
	return []event.Event{e}, err
}

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
