package webhook

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/wire"
)

// schemaVersion is the version of all payloads that Waybill sends.
const schemaVersion = "1.0"

// envelope is the contract's form of a delivery's body. data is an array in the contract and
// always holds one event here: a receiver can settle each by itself.
type envelope struct {
	Version   string            `json:"version"`
	EventName string            `json:"event_name"`
	Data      [1]jsontext.Value `json:"data"`
	WebhookID uuid.UUID         `json:"webhook_id"`
	// Timestamp is when the event occurred, not when it is sent.
	Timestamp wire.Time `json:"timestamp"`
	ID        uuid.UUID `json:"id"`
	Attempt   int       `json:"delivery_attempt"`
	// Sequence is our own addition; it is absent where there is none.
	Sequence int64 `json:"sequence,omitzero"`
}

// Shorten returns the data of an event without what the contract lacks. One that is nil leaves all.
type Shorten func(eventName string, data []byte) ([]byte, error)

// of is a delivery for whoever takes no member that the contract lacks.
func (s Shorten) of(d Delivery) (Delivery, error) {
	d.Sequence = 0
	if s == nil {
		return d, nil
	}
	data, err := s(d.Event.Name, d.Event.Data)
	d.Event.Data = data
	return d, err
}

// Envelope returns the JSON body of a delivery, before gzip. Only delivery_attempt differs between
// the attempts of one delivery. id is the event's and not the delivery's, so that a receiver with
// two subscriptions sees that both tell of one fact.
func Envelope(d Delivery) ([]byte, error) {
	body, err := json.Marshal(envelope{
		Version:   schemaVersion,
		EventName: d.Event.Name,
		Data:      [1]jsontext.Value{d.Event.Data},
		WebhookID: d.Subscription.ID,
		Timestamp: wire.Time(d.Event.OccurredAt),
		ID:        d.Event.ID,
		Attempt:   d.Attempt,
		Sequence:  d.Sequence,
	})
	if err != nil {
		return nil, fmt.Errorf("writing the envelope of event %s: %w", d.Event.ID, err)
	}
	return body, nil
}
