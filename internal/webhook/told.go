package webhook

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
)

// The names of events about subscriptions that no Move has.
const (
	EventCreated = "webhook.created"
	EventUpdated = "webhook.updated"
)

// fact is the data of an event, the contract's BaseWebhookEvent.
type fact struct {
	ID        uuid.UUID    `json:"id"`
	URL       string       `json:"url"`
	EventName string       `json:"event_name"`
	Filters   *FiltersWire `json:"filters"`
	Status    Status       `json:"status"`
}

// Told returns the event that tells the partner of its subscription as it stands; name is EventCreated,
// EventUpdated or that of a Move. It is published in the transaction of the change. The URL is masked:
// it goes to whatever receivers the partner has.
func Told(name string, s Subscription) (event.Event, error) {
	data, err := json.Marshal(fact{s.ID, maskURL(s.URL), s.EventName, s.Filters.read(), s.Status})
	if err != nil {
		return event.Event{}, fmt.Errorf("encoding the event %s: %w", name, err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return event.Event{}, fmt.Errorf("making an event id: %w", err)
	}
	return event.Event{ID: id, Name: name, Partner: s.Partner, Subject: s.ID, Own: true, OccurredAt: s.UpdatedAt,
		Data: data}, nil
}
