package access

import (
	"fmt"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/wire"
)

// AgreementRead is the wire form of a grant, the contract's ShareAgreementRead. It is also the
// data of events.
type AgreementRead struct {
	ID             uuid.UUID                `json:"id"`
	FleetID        uuid.UUID                `json:"fleet_id"`
	PartnerID      uuid.UUID                `json:"partner_id"`
	FleetRef       *string                  `json:"fleet_ref"`
	Status         string                   `json:"status"`
	EffectiveDate  wire.Time                `json:"effective_date"`
	ExpirationDate *wire.Time               `json:"expiration_date"`
	Scopes         map[resource.Kind]string `json:"scopes"`
	CreatedAt      wire.Time                `json:"created_at"`
	UpdatedAt      wire.Time                `json:"updated_at"`
}

// For returns the grant as the API shows it to somebody. A reference is the partner's own name for the
// fleet, and is not shown to the fleet: whether one that it proposed was free tells of others.
func (g Grant) For(who Principal) AgreementRead {
	if who.IsFleet() {
		g.FleetRef = ""
	}
	return g.Read()
}

// Read returns the grant as its partner and events show it.
func (g Grant) Read() AgreementRead {
	r := AgreementRead{ID: g.ID, FleetID: g.Fleet, PartnerID: g.Partner, FleetRef: wire.Optional(g.FleetRef),
		Status: g.Status, Scopes: g.Levels, EffectiveDate: wire.Time(g.Effective),
		ExpirationDate: wire.OptionalTime(g.Expiration),
		CreatedAt:      wire.Time(g.CreatedAt), UpdatedAt: wire.Time(g.UpdatedAt)}
	// The contract demands a date; without a bound it began when it was made.
	if g.Effective.IsZero() {
		r.EffectiveDate = wire.Time(g.CreatedAt)
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

// FleetRead is the wire form of the contract's FleetRead; what the fleet does not tell of itself is
// left out.
type FleetRead struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	// FleetRef is the calling partner's own reference of the fleet; null for a fleet itself.
	FleetRef  *string   `json:"fleet_ref"`
	CreatedAt wire.Time `json:"created_at"`
	UpdatedAt wire.Time `json:"updated_at"`
	// Details are what else the fleet tells of itself.
	Details jsontext.Value `json:",embed"`
	// Warnings are beside the contract, where a fleet was made.
	Warnings []Warning `json:"warnings,omitempty"`
}

// Read returns the fleet as the caller sees it who knows it under the reference.
func (f KnownFleet) Read() FleetRead {
	return FleetRead{ID: f.ID, Name: f.Name, FleetRef: wire.Optional(f.Ref),
		CreatedAt: wire.Time(f.CreatedAt), UpdatedAt: wire.Time(f.UpdatedAt), Details: jsontext.Value(f.Details),
		Warnings: f.Warnings}
}

// PartnerRead is the wire form of a partner.
type PartnerRead struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name"`
	CreatedAt wire.Time `json:"created_at"`
}

// Read returns the partner as fleets see it.
func (p Partner) Read() PartnerRead { return PartnerRead{p.ID, p.Name, wire.Time(p.CreatedAt)} }
