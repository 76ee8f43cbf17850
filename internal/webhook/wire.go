package webhook

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/wire"
)

// Webhook is the contract's Webhook: a subscription as the creation answers it, with URL and
// secret in the clear. DeletedAt is always null, as a deleted subscription is not shown.
type Webhook struct {
	ID        uuid.UUID    `json:"id"`
	PartnerID uuid.UUID    `json:"partner_id"`
	URL       string       `json:"url"`
	EventName string       `json:"event_name"`
	Filters   *FiltersWire `json:"filters"`
	Secret    string       `json:"secret"`
	Status    Status       `json:"status"`
	CreatedAt wire.Time    `json:"created_at"`
	UpdatedAt wire.Time    `json:"updated_at"`
	DeletedAt *wire.Time   `json:"deleted_at"`
	Extension
}

// Extension is what the contract's forms of a subscription lack.
type Extension struct {
	Encoding     Encoding `json:"encoding"`
	RetryRefused bool     `json:"retry_refused"`
	Refused      int64    `json:"refused"`
	// Problem says what of the subscription was lost; absent where nothing was.
	Problem *string `json:"problem,omitzero"`
	// PreviousSecretUntil is absent where the last rotation left no overlap.
	PreviousSecretUntil *wire.Time `json:"previous_secret_until,omitzero"`
	// Paused is absent of what is not paused.
	Paused   *PausedWire `json:"paused,omitzero"`
	Warnings []Warning   `json:"warnings,omitzero"`
}

// Warning is something to know about a subscription that was made all the same. It is our own
// addition, and absent where there is none, so that strict readers of the contract meet it only there.
type Warning struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// Read is the contract's WebhookRead: a subscription as it is read later, masked.
type Read struct {
	ID        uuid.UUID    `json:"id"`
	URL       string       `json:"url"`
	EventName string       `json:"event_name"`
	Filters   *FiltersWire `json:"filters"`
	Secret    string       `json:"secret"`
	Status    Status       `json:"status"`
	CreatedAt wire.Time    `json:"created_at"`
	UpdatedAt wire.Time    `json:"updated_at"`
	Extension
}

// FiltersWire is the contract's WebhookFilters; a list that narrows nothing is null. Pointers,
// because an empty list in JSON would read as "no fleet".
type FiltersWire struct {
	FleetIDs  *[]uuid.UUID `json:"fleet_ids"`
	FleetRefs *[]string    `json:"fleet_refs"`
}

// LogRead is the contract's WebhookLogRead. StatusCode cannot be null in the contract, so it is 0
// where no answer came.
type LogRead struct {
	CreatedAt      wire.Time `json:"created_at"`
	WebhookID      uuid.UUID `json:"webhook_id"`
	MessageID      uuid.UUID `json:"message_id"`
	EventName      string    `json:"event_name"`
	Status         LogStatus `json:"status"`
	StatusCode     int       `json:"status_code"`
	ErrorMessage   *string   `json:"error_message"`
	ResponseTimeMS *int      `json:"response_time_ms"`
}

// Body returns what the creation answers: a Webhook, or []Webhook for a wildcard. The form follows
// what was asked for and not how many were made: a wildcard of one event is an array, too.
func (c Created) Body() any {
	if !c.Wildcard {
		return c.Subscriptions[0].webhook()
	}
	all := make([]Webhook, len(c.Subscriptions))
	for i, s := range c.Subscriptions {
		all[i] = s.webhook()
		if own := ownOf(s.EventName); len(own) > 0 {
			all[i].Warnings = append(all[i].Warnings,
				Warning{"event_name", "the wildcard stands for the events of the contract; " +
					"this service also raises " + strings.Join(own, " and ") + ": subscribe to these by their names"})
		}
	}
	return all
}

// webhook shows the secret, and so serves the answer to a creation alone.
func (s Subscription) webhook() Webhook {
	return Webhook{
		ID: s.ID, PartnerID: s.Partner, URL: s.URL, EventName: s.EventName, Filters: s.Filters.read(),
		Secret: string(s.Secret), Status: s.Status, CreatedAt: wire.Time(s.CreatedAt),
		UpdatedAt: wire.Time(s.UpdatedAt), Extension: s.extension(),
	}
}

// Read returns the subscription as a partner reads it.
func (s Subscription) Read() Read {
	return Read{
		ID: s.ID, URL: maskURL(s.URL), EventName: s.EventName, Filters: s.Filters.read(),
		Secret: masked, Status: s.Status, CreatedAt: wire.Time(s.CreatedAt), UpdatedAt: wire.Time(s.UpdatedAt),
		Extension: s.extension(),
	}
}

// Body returns what the update answers: the subscription as it is read, but with a secret that was
// made for it in the clear.
func (u Updated) Body() Read {
	r := u.Subscription.Read()
	if u.Generated {
		r.Secret = string(u.Subscription.Secret)
	}
	return r
}

func (s Subscription) extension() Extension {
	return Extension{Encoding: s.Encoding, RetryRefused: s.RetryRefused, Refused: s.Refused,
		Problem: wire.Optional(s.problem()), PreviousSecretUntil: wire.OptionalTime(s.PreviousUntil), Paused: s.paused(), Warnings: s.warnings()}
}

// warnings tells of an event that clients of the contract may ask for and nobody ever raises, of filters
// that no event passes, or none as things stand, and of a secret just given that the libraries which it is made for cannot use.
func (s Subscription) warnings() (all []Warning) {
	if why := s.Secret.unfit(); why != "" {
		all = append(all, Warning{"secret", why +
			", so the official libraries of Standard Webhooks cannot use the secret; PATCH generate_secret, and " +
			"Waybill makes one that they take"})
	}
	if n := utf8.RuneCountInString(string(s.Secret)); n > 0 && n < minSecret {
		all = append(all, Warning{"secret", fmt.Sprintf("has fewer than %d characters and is easy to guess; PATCH "+
			"generate_secret, and Waybill makes a good one", minSecret)})
	}
	switch {
	case !slices.Contains(raised, s.EventName):
		all = append(all, Warning{"event_name", "this service never raises " + s.EventName +
			", so nothing will be sent; it raises " + strings.Join(raised, ", ")})
	case s.Filters != nil && strings.HasPrefix(s.EventName, "webhook."):
		all = append(all, Warning{"filters",
			"events of webhook concern no fleet, so nothing will be sent; PATCH filters to null"})
	case s.Unreached:
		all = append(all, Warning{"filters", "name no fleet that you reach, so nothing will be sent for now; one that you come to " +
			"reach later by such a reference or id counts from then on. GET /v2/orgs/fleets lists those that you reach, and PATCH " +
			"filters names others"})
	}
	return all
}

// read is nil for a subscription that is not narrowed.
func (f *Filters) read() *FiltersWire {
	if f == nil {
		return nil
	}
	w := &FiltersWire{}
	if len(f.FleetIDs) > 0 {
		w.FleetIDs = &f.FleetIDs
	}
	if len(f.FleetRefs) > 0 {
		w.FleetRefs = &f.FleetRefs
	}
	return w
}

// Read returns the attempt as a partner reads it.
func (l DeliveryLog) Read() LogRead {
	return LogRead{
		CreatedAt: wire.Time(l.CreatedAt), WebhookID: l.Subscription, MessageID: l.EventID, EventName: l.EventName,
		Status: l.Status, StatusCode: l.StatusCode, ErrorMessage: l.ErrorMessage, ResponseTimeMS: l.ResponseTimeMS,
	}
}

// DeadLetterRead is a dead letter as a partner reads it. The contract has none.
type DeadLetterRead struct {
	MessageID    uuid.UUID        `json:"message_id"`
	WebhookID    uuid.UUID        `json:"webhook_id"`
	EventName    string           `json:"event_name"`
	Timestamp    wire.Time        `json:"timestamp"`
	DiedAt       wire.Time        `json:"died_at"`
	Attempts     int              `json:"attempts"`
	StatusCode   int              `json:"status_code"`
	ErrorMessage *string          `json:"error_message"`
	Data         []jsontext.Value `json:"data"`
}

// Read returns the dead letter as a partner reads it; timestamp and data are those of its envelope. There are
// no data where they cannot be read.
func (d DeadLetter) Read() DeadLetterRead {
	data := []jsontext.Value{}
	if d.Event.Damaged == nil {
		data = append(data, d.Event.Data)
	}
	return DeadLetterRead{
		MessageID: d.Event.ID, WebhookID: d.Subscription, EventName: d.Event.Name,
		Timestamp: wire.Time(d.Event.OccurredAt), DiedAt: wire.Time(d.DiedAt), Attempts: d.Tries,
		StatusCode: d.StatusCode, ErrorMessage: d.ErrorMessage,
		Data: data,
	}
}

// maskURL replaces the last path segment and the query, either of which may be a password in all
// but name. A URL without either is shown as it is. What it cannot take apart is masked whole.
func maskURL(raw string) string {
	if raw == FeedURL || raw == "" {
		return raw
	}
	rest, _, hasQuery := strings.Cut(raw, "?")
	scheme, address, ok := strings.Cut(rest, "://")
	if !ok {
		return masked
	}
	host, path, _ := strings.Cut(address, "/")
	shown := scheme + "://" + host
	if path = strings.TrimRight(path, "/"); path != "" {
		shown += "/" + path[:strings.LastIndex(path, "/")+1] + masked
	}
	if hasQuery {
		shown += "?" + masked
	}
	return shown
}
