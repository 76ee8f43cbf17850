package connection

import (
	"fmt"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The names of events that Waybill raises about connections.
const (
	EventCreated = "connection.created"
	EventStaled  = "connection.staled"
)

// Read is the wire form of the contract's ConnectionRead, with settings and problem beside.
type Read struct {
	ID        uuid.UUID `json:"id"`
	CreatedAt Time      `json:"created_at"`
	UpdatedAt Time      `json:"updated_at"`
	FleetID   uuid.UUID `json:"fleet_id"`
	// FleetRef is the caller's own reference of the fleet; null for a fleet itself.
	FleetRef    *string        `json:"fleet_ref"`
	TSPID       uuid.UUID      `json:"tsp_id"`
	SourceName  tsp.Name       `json:"source_name"`
	Credentials jsontext.Value `json:"credentials"`
	Status      Status         `json:"status"`
	Description *string        `json:"description"`
	Settings    jsontext.Value `json:"settings"`
	Problem     *string        `json:"problem"`
}

// Time is written in RFC 3339, in UTC, with microseconds.
type Time time.Time

// MarshalJSONTo writes the time as the wire has it.
func (t Time) MarshalJSONTo(e *jsontext.Encoder) error {
	return e.WriteToken(jsontext.String(time.Time(t).UTC().Format("2006-01-02T15:04:05.000000Z")))
}

// read returns a connection as a caller sees it who knows its fleet under a reference.
func (s *Service) read(c Connection, fleetRef string) (Read, error) {
	credentials, err := s.credentials(c)
	if err != nil {
		return Read{}, fmt.Errorf("reading connection %s: %w", c.ID, err)
	}
	r := Read{ID: c.ID, CreatedAt: Time(c.CreatedAt), UpdatedAt: Time(c.UpdatedAt), FleetID: c.Fleet,
		FleetRef: optional(fleetRef), TSPID: c.TSP.ID(), SourceName: c.TSP, Status: c.Status,
		Description: optional(c.Description), Problem: optional(c.Problem), Settings: jsontext.Value("{}")}
	if r.Credentials, err = json.Marshal(credentials.Masked(), json.Deterministic(true)); err != nil {
		return r, fmt.Errorf("encoding masked credentials: %w", err)
	}
	if len(c.Settings) > 0 {
		if r.Settings, err = json.Marshal(map[string]any(c.Settings), json.Deterministic(true)); err != nil {
			return r, fmt.Errorf("encoding settings: %w", err)
		}
	}
	return r, nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// fact is the data of an event, the contract's BaseConnectionEvent.
type fact struct {
	ID         uuid.UUID `json:"id"`
	SourceName tsp.Name  `json:"source_name"`
	FleetID    uuid.UUID `json:"fleet_id"`
	TSPID      uuid.UUID `json:"tsp_id"`
	Status     Status    `json:"status"`
}

// told is the event that tells every partner of the fleet of the connection as it stands.
func told(name string, c Connection) ([]event.Event, error) {
	data, err := json.Marshal(fact{c.ID, c.TSP, c.Fleet, c.TSP.ID(), c.Status})
	if err != nil {
		return nil, fmt.Errorf("encoding the event %s: %w", name, err)
	}
	return []event.Event{{Name: name, Subject: c.ID, Fleet: c.Fleet, OccurredAt: c.UpdatedAt, Data: data}}, nil
}
