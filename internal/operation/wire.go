package operation

import (
	"net/http"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Read is the wire form of the contract's ResourceOperationRead, also the data of events.
type Read struct {
	ID            uuid.UUID      `json:"id"`
	CreatedAt     Time           `json:"created_at"`
	UpdatedAt     Time           `json:"updated_at"`
	PartnerID     uuid.UUID      `json:"partner_id"`
	ConnectionID  uuid.UUID      `json:"connection_id"`
	FleetRef      *string        `json:"fleet_ref"`
	SourceName    tsp.Name       `json:"source_name"`
	Resource      resource.Kind  `json:"resource"`
	ResourceID    *uuid.UUID     `json:"resource_id"`
	SourceID      *string        `json:"source_id"`
	OperationType resource.Verb  `json:"operation_type"`
	Payload       jsontext.Value `json:"payload"`
	Status        string         `json:"status"`
	Logs          []Log          `json:"logs"`
	Warnings      []tsp.Warning  `json:"warnings,omitempty"`
}

// Answer is the wire form of the contract's ResourceOperation, which answers writes.
type Answer struct {
	ID            uuid.UUID      `json:"id"`
	CreatedAt     Time           `json:"created_at"`
	UpdatedAt     Time           `json:"updated_at"`
	DeletedAt     *Time          `json:"deleted_at"`
	PartnerID     uuid.UUID      `json:"partner_id"`
	ConnectionID  uuid.UUID      `json:"connection_id"`
	Resource      resource.Kind  `json:"resource"`
	ResourceID    *uuid.UUID     `json:"resource_id"`
	SourceID      *string        `json:"source_id"`
	OperationType resource.Verb  `json:"operation_type"`
	Payload       jsontext.Value `json:"payload"`
	Status        string         `json:"status"`
	Logs          []Log          `json:"logs"`
	Warnings      []tsp.Warning  `json:"warnings,omitempty"`
}

// Log is the wire form of an attempt.
type Log struct {
	ID                  uuid.UUID          `json:"id"`
	CreatedAt           Time               `json:"created_at"`
	UpdatedAt           Time               `json:"updated_at"`
	ResourceOperationID uuid.UUID          `json:"resource_operation_id"`
	Status              string             `json:"status"`
	ErrorType           *string            `json:"error_type"`
	ErrorDetails        *string            `json:"error_details"`
	ResponseStatusCode  *int               `json:"response_status_code"`
	ResponseHeaders     *map[string]string `json:"response_headers"`
}

// Time is written in RFC 3339, in UTC, with microseconds.
type Time time.Time

// MarshalJSONTo writes the time as the wire has it.
func (t Time) MarshalJSONTo(e *jsontext.Encoder) error {
	return e.WriteToken(jsontext.String(time.Time(t).UTC().Format("2006-01-02T15:04:05.000000Z")))
}

// Read returns the operation as lists and events show it.
func (op Operation) Read() Read {
	a := op.Answer()
	return Read{ID: a.ID, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, PartnerID: a.PartnerID,
		ConnectionID: a.ConnectionID, FleetRef: optional(op.FleetRef), SourceName: op.TSP, Resource: a.Resource,
		ResourceID: a.ResourceID, SourceID: a.SourceID, OperationType: a.OperationType, Payload: a.Payload,
		Status: a.Status, Logs: a.Logs, Warnings: a.Warnings}
}

// Answer returns the operation as the answer to its submission shows it.
func (op Operation) Answer() Answer {
	a := Answer{ID: op.ID, CreatedAt: Time(op.CreatedAt), UpdatedAt: Time(op.UpdatedAt), PartnerID: op.Partner,
		ConnectionID: op.Connection, Resource: op.Kind, SourceID: optional(string(op.SourceID)),
		OperationType: op.Verb, Payload: op.Payload, Status: op.State.Wire(), Logs: []Log{}, Warnings: op.Warnings}
	if op.Resource != uuid.Nil {
		a.ResourceID = &op.Resource
	}
	for _, at := range op.Attempts {
		a.Logs = append(a.Logs, at.log(op.ID))
	}
	return a
}

func (a Attempt) log(op uuid.UUID) Log {
	l := Log{ID: a.ID, CreatedAt: Time(a.StartedAt), UpdatedAt: Time(a.EndedAt), ResourceOperationID: op,
		Status: "failed", ErrorType: optional(a.Class.ErrorType(a.Status)), ErrorDetails: optional(a.Details)}
	if len(a.Headers) > 0 {
		l.ResponseHeaders = &a.Headers
	}
	if a.Class == tsp.Done {
		l.Status = "success"
	}
	if a.Status != 0 {
		l.ResponseStatusCode = &a.Status
	}
	return l
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// SafeHeaders keeps the headers of a TSP's answer that the contract lets callers see.
func SafeHeaders(h http.Header) map[string]string {
	out := map[string]string{}
	for name := range h {
		lower := strings.ToLower(name)
		switch {
		case strings.HasPrefix(lower, "x-ratelimit-"), strings.HasPrefix(lower, "ratelimit-"),
			lower == "retry-after", lower == "x-request-id", lower == "x-correlation-id", lower == "x-trace-id":
			out[name] = h.Get(name)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// encode marshals a wire form; the forms of this package always can be.
func encode(v any) (jsontext.Value, error) { return json.Marshal(v) }
