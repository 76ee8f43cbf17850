package connection

import (
	"errors"
	"fmt"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// The names of events that Waybill raises about connections. The contract has no name for one that
// works again or is changed; these are the ones that it gives to the same things of a webhook.
const (
	EventCreated   = "connection.created"
	EventStaled    = "connection.staled"
	EventActivated = "connection.activated"
	// EventUpdated: somebody has replaced the credentials, and the host with them, or the settings.
	EventUpdated = "connection.updated"
)

// Read is the wire form of the contract's ConnectionRead, with settings and problem beside.
// Secrets are masked in both credentials and settings, to the fleet as well.
type Read struct {
	ID        uuid.UUID `json:"id"`
	CreatedAt wire.Time `json:"created_at"`
	UpdatedAt wire.Time `json:"updated_at"`
	FleetID   uuid.UUID `json:"fleet_id"`
	// FleetRef is the caller's own reference of the fleet; null for a fleet itself.
	FleetRef    *string        `json:"fleet_ref"`
	TSPID       uuid.UUID      `json:"tsp_id"`
	SourceName  tsp.Name       `json:"source_name"`
	Credentials jsontext.Value `json:"credentials"`
	Status      Status         `json:"status"`
	Description *string        `json:"description"`
	Settings    jsontext.Value `json:"settings"`
	Wishes
	Problem *string `json:"problem"`
	// Warnings are told of a connection that has made its fleet, and of credentials that are, or may be, another user's.
	Warnings []access.Warning `json:"warnings,omitempty"`
	// User is whose the credentials are that an update has brought; "" if it has brought none.
	User Likeness `json:"-"`
}

// read returns a connection as a caller sees it who knows its fleet under a reference. Credentials that do not
// open are shown as none.
func (s *Service) read(c Connection, fleetRef string) (Read, error) {
	credentials, err := s.credentials(c)
	if c = c.shown(err); err != nil && !errors.Is(err, errClosed) {
		return Read{}, fmt.Errorf("reading connection %s: %w", c.ID, err)
	}
	r := Read{ID: c.ID, CreatedAt: wire.Time(c.CreatedAt), UpdatedAt: wire.Time(c.UpdatedAt), FleetID: c.Fleet,
		FleetRef: wire.Optional(fleetRef), TSPID: c.TSP.ID(), SourceName: c.TSP, Status: c.Status,
		Description: wire.Optional(c.Description), Problem: wire.Optional(c.Problem), Settings: jsontext.Value("{}"),
		Wishes: c.Wishes}
	if err != nil {
		r.Credentials = jsontext.Value("{}")
	} else if r.Credentials, err = json.Marshal(credentials.Masked(), json.Deterministic(true)); err != nil {
		return r, fmt.Errorf("encoding masked credentials: %w", err)
	}
	if len(c.Settings) > 0 {
		if r.Settings, err = json.Marshal(map[string]any(c.Settings), json.Deterministic(true)); err != nil {
			return r, fmt.Errorf("encoding settings: %w", err)
		}
	}
	return r, nil
}

// fact is the data of an event, the contract's BaseConnectionEvent.
type fact struct {
	ID         uuid.UUID `json:"id"`
	SourceName tsp.Name  `json:"source_name"`
	FleetID    uuid.UUID `json:"fleet_id"`
	TSPID      uuid.UUID `json:"tsp_id"`
	Status     Status    `json:"status"`
}

// told are the events that tell every partner of the fleet of the connection as it stands. Their
// Partner is left zero: the store addresses them to each grant in force.
func told(c Connection, names ...string) (all []event.Event, err error) {
	data, err := json.Marshal(fact{c.ID, c.TSP, c.Fleet, c.TSP.ID(), c.Status})
	if err != nil {
		return nil, fmt.Errorf("encoding the events %v: %w", names, err)
	}
	for _, name := range names {
		all = append(all, event.Event{Name: name, Subject: c.ID, Fleet: c.Fleet, OccurredAt: c.UpdatedAt, Data: data})
	}
	return all, nil
}

// Bars is Connection.Bars of the connection as it is read.
func (r Read) Bars(purpose string) string {
	c := Connection{Status: r.Status}
	if r.Problem != nil {
		c.Problem = *r.Problem
	}
	return c.Bars(purpose)
}
