// Package event holds the envelope that carries facts from the rooms in which they happen
// to the webhooks that tell of them. It is a leaf: nobody who raises an event needs to know
// who listens.
package event

import (
	"fmt"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Event is one fact. It is written in the same transaction as the change that it tells of.
type Event struct {
	// ID is a UUIDv7; it stays the same over all deliveries, retries and replays.
	ID uuid.UUID
	// Name is the documented name, such as "resource_operation.created".
	Name string
	// Partner is the organisation that may hear of it.
	Partner uuid.UUID
	// Subject is what the event is about; events of one subject are delivered in order.
	Subject uuid.UUID
	// Fleet and FleetRef say whose data it concerns; subscriptions filter by them.
	Fleet    uuid.UUID
	FleetRef string
	// Kind is the kind of resource whose data it carries; "" if it carries none.
	Kind string
	// Own tells that it is about the partner itself. Any other event that concerns a fleet reaches
	// the partner only under a grant of that fleet which is in force and, if the event has a kind,
	// lets the partner read it.
	Own bool
	// OccurredAt is when the change happened.
	OccurredAt time.Time
	// Data is one JSON object, the single item of the envelope's data array. One that was not stored yet
	// may have Tells in its place; see Encoded.
	Data jsontext.Value
	// Tells is what Data are made of if somebody hears of the event.
	Tells any
	// Damaged says why the Data that are stored cannot be read, for the operator; nil if they can.
	Damaged error
}

// Encoded returns the Data. Most events are heard by nobody, so it is asked for by who stores one.
func (e Event) Encoded() (jsontext.Value, error) {
	if e.Tells == nil {
		return e.Data, nil
	}
	data, err := json.Marshal(e.Tells)
	if err != nil {
		return nil, fmt.Errorf("encoding the event %s: %w", e.Name, err)
	}
	return data, nil
}

// NeedsGrant tells whether the event reaches its partner only under a grant of its fleet.
func (e Event) NeedsGrant() bool { return !e.Own && e.Fleet != uuid.Nil }

// The names of events that Waybill raises about operations.
const (
	OperationCreated   = "resource_operation.created"
	OperationSucceeded = "resource_operation.succeeded"
	OperationFailed    = "resource_operation.failed"
)
