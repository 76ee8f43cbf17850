package access

import (
	"fmt"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/resource"
)

// AgreementRead is the wire form of a grant, the contract's ShareAgreementRead. It is also the
// data of events.
type AgreementRead struct {
	ID             uuid.UUID                `json:"id"`
	FleetID        uuid.UUID                `json:"fleet_id"`
	PartnerID      uuid.UUID                `json:"partner_id"`
	FleetRef       *string                  `json:"fleet_ref"`
	Status         string                   `json:"status"`
	EffectiveDate  Time                     `json:"effective_date"`
	ExpirationDate *Time                    `json:"expiration_date"`
	Scopes         map[resource.Kind]string `json:"scopes"`
	CreatedAt      Time                     `json:"created_at"`
	UpdatedAt      Time                     `json:"updated_at"`
}

// Time is written in RFC 3339, in UTC, with microseconds.
type Time time.Time

// MarshalJSONTo writes the time as the wire has it.
func (t Time) MarshalJSONTo(e *jsontext.Encoder) error {
	return e.WriteToken(jsontext.String(time.Time(t).UTC().Format("2006-01-02T15:04:05.000000Z")))
}

// Read returns the grant as the API and events show it.
func (g Grant) Read() AgreementRead {
	r := AgreementRead{ID: g.ID, FleetID: g.Fleet, PartnerID: g.Partner, Status: g.Status, Scopes: g.Levels,
		EffectiveDate: Time(g.Effective), CreatedAt: Time(g.CreatedAt), UpdatedAt: Time(g.UpdatedAt)}
	if g.FleetRef != "" {
		r.FleetRef = &g.FleetRef
	}
	if g.Effective.IsZero() {
		r.EffectiveDate = Time(g.CreatedAt)
	}
	if !g.Expiration.IsZero() {
		end := Time(g.Expiration)
		r.ExpirationDate = &end
	}
	return r
}

// The names of events that Waybill raises about grants.
const (
	EventCreated = "share_agreement.created"
	EventUpdated = "share_agreement.updated"
	EventDeleted = "share_agreement.deleted"
)

// Event returns the event that tells the partner of the grant as it stands.
func (g Grant) Event(name string) (event.Event, error) {
	data, err := json.Marshal(g.Read(), json.Deterministic(true))
	if err != nil {
		return event.Event{}, fmt.Errorf("encoding the event %s: %w", name, err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return event.Event{}, fmt.Errorf("making an event id: %w", err)
	}
	return event.Event{ID: id, Name: name, Partner: g.Partner, Subject: g.ID, Fleet: g.Fleet, FleetRef: g.FleetRef,
		Own: true, OccurredAt: g.UpdatedAt, Data: data}, nil
}

// FleetRead is the wire form of the contract's FleetRead; what Waybill does not keep of a fleet
// is left out.
type FleetRead struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	// FleetRef is the calling partner's own reference of the fleet; null for a fleet itself.
	FleetRef  *string `json:"fleet_ref"`
	CreatedAt Time    `json:"created_at"`
	UpdatedAt Time    `json:"updated_at"`
}

// Read returns the fleet as the caller sees it who knows it under the reference.
func (f KnownFleet) Read() FleetRead {
	r := FleetRead{ID: f.ID, Name: f.Name, CreatedAt: Time(f.CreatedAt), UpdatedAt: Time(f.UpdatedAt)}
	if f.Ref != "" {
		r.FleetRef = &f.Ref
	}
	return r
}
