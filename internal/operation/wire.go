package operation

import (
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// Read is the wire form of the contract's ResourceOperationRead, also the data of events. FleetRef
// and SourceName are what it has beyond Answer, which in turn has deleted_at, always null.
type Read struct {
	ID           uuid.UUID     `json:"id"`
	CreatedAt    wire.Time     `json:"created_at"`
	UpdatedAt    wire.Time     `json:"updated_at"`
	PartnerID    uuid.UUID     `json:"partner_id"`
	ConnectionID uuid.UUID     `json:"connection_id"`
	FleetRef     *string       `json:"fleet_ref"`
	SourceName   tsp.Name      `json:"source_name"`
	Resource     resource.Kind `json:"resource"`
	Outcome
}

// Outcome is what every form tells of what was asked and what has become of it.
type Outcome struct {
	// ResourceID and SourceID are null in a create until it has succeeded.
	ResourceID    *uuid.UUID     `json:"resource_id"`
	SourceID      *string        `json:"source_id"`
	OperationType resource.Verb  `json:"operation_type"`
	Payload       jsontext.Value `json:"payload"`
	Status        string         `json:"status"`
	Logs          []Log          `json:"logs"`
	Warnings      []tsp.Warning  `json:"warnings,omitempty"`
	// ExpiresAt is there if the caller gave a moment, and Reason if the operation ended for not having been sent.
	ExpiresAt *wire.Time `json:"expires_at,omitempty"`
	Reason    Reason     `json:"reason,omitempty"`
	// Verification is there if the record is read back.
	Verification *Verification `json:"verification,omitempty"`
	RetryOf      *uuid.UUID    `json:"retry_of,omitempty"`
	RetriedBy    *uuid.UUID    `json:"retried_by,omitempty"`
	RevertOf     *uuid.UUID    `json:"revert_of,omitempty"`
	RevertedBy   *uuid.UUID    `json:"reverted_by,omitempty"`
	// OutcomeUnknown is there if the operation has failed and the TSP may have taken it.
	OutcomeUnknown bool `json:"outcome_unknown,omitzero"`
	// Progress is there in what is read of an operation that has not ended.
	Progress *ProgressRead `json:"progress,omitempty"`
}

// Answer is the wire form of the contract's ResourceOperation, which answers writes.
type Answer struct {
	ID           uuid.UUID     `json:"id"`
	CreatedAt    wire.Time     `json:"created_at"`
	UpdatedAt    wire.Time     `json:"updated_at"`
	DeletedAt    *wire.Time    `json:"deleted_at"`
	PartnerID    uuid.UUID     `json:"partner_id"`
	ConnectionID uuid.UUID     `json:"connection_id"`
	Resource     resource.Kind `json:"resource"`
	Outcome
}

// Log is the wire form of an attempt. Its times are when the attempt began and ended. ErrorType
// follows from class and status.
type Log struct {
	ID                  uuid.UUID          `json:"id"`
	CreatedAt           wire.Time          `json:"created_at"`
	UpdatedAt           wire.Time          `json:"updated_at"`
	ResourceOperationID uuid.UUID          `json:"resource_operation_id"`
	Status              string             `json:"status"`
	ErrorType           *string            `json:"error_type"`
	ErrorDetails        *string            `json:"error_details"`
	ResponseStatusCode  *int               `json:"response_status_code"`
	ResponseHeaders     *map[string]string `json:"response_headers"`
	// Reach is there where it is known.
	Reach tsp.Reach `json:"reach,omitempty"`
	// Resolution is there in the entry that tells how the outcome was resolved by hand.
	Resolution *ResolutionRead `json:"resolution,omitempty"`
	// Calls are told to whoever asks for them alone.
	*Calls
}

// Read returns the operation as lists and events show it.
func (op Operation) Read() Read {
	a := op.Answer()
	return Read{ID: a.ID, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, PartnerID: a.PartnerID,
		ConnectionID: a.ConnectionID, FleetRef: wire.Optional(op.FleetRef), SourceName: op.TSP, Resource: a.Resource,
		Outcome: a.Outcome}
}

// Answer returns the operation as the answer to its submission shows it.
func (op Operation) Answer() Answer {
	a := Answer{ID: op.ID, CreatedAt: wire.Time(op.CreatedAt), UpdatedAt: wire.Time(op.UpdatedAt),
		PartnerID: op.Partner, ConnectionID: op.Connection, Resource: op.Kind, Outcome: Outcome{
			ResourceID: wire.Optional(op.Resource), SourceID: wire.Optional(string(op.SourceID)),
			OperationType: op.Verb, Payload: op.Payload, Status: op.State.Wire(),
			// A list in the contract is never null.
			Logs: []Log{}, Warnings: op.Warnings, Reason: op.Reason, ExpiresAt: wire.OptionalTime(op.ExpiresAt),
			RetryOf: wire.Optional(op.RetryOf), RetriedBy: wire.Optional(op.RetriedBy),
			RevertOf: wire.Optional(op.RevertOf), RevertedBy: wire.Optional(op.RevertedBy),
			OutcomeUnknown: op.IsUnknown(), Progress: op.Progress, Verification: op.verification()}}
	// The contract knows no payload that is null.
	if op.Damaged != nil {
		a.Payload = jsontext.Value("{}")
	}
	for _, at := range op.Attempts {
		l := at.log(op.ID)
		if r := op.Resolution; r != nil && r.Entry == at.N {
			l.Resolution = &ResolutionRead{r.Outcome, wire.Optional(string(r.SourceID)), r.Checked, r.By}
		}
		a.Logs = append(a.Logs, l)
	}
	return a
}

func (a Attempt) log(op uuid.UUID) Log {
	l := Log{ID: a.ID, CreatedAt: wire.Time(a.StartedAt), UpdatedAt: wire.Time(a.EndedAt), ResourceOperationID: op,
		Status: "failed", ErrorType: wire.Optional(a.Class.ErrorType(a.Status)), ErrorDetails: wire.Optional(a.Details),
		ResponseStatusCode: wire.Optional(a.Status), Reach: a.Reach}
	if len(a.Headers) > 0 {
		l.ResponseHeaders = &a.Headers
	}
	if a.Class == tsp.Done {
		l.Status = "success"
	}
	return l
}

// SafeHeaders keeps the headers of a TSP's answer that the contract lets callers see. Any other
// may hold a cookie, a token or the TSP's internals. nil if there is none.
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
