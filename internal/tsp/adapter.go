package tsp

import (
	"context"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Adapter speaks to one TSP.
type Adapter interface {
	// Spec returns static data; it is called often and must be cheap and always equal.
	Spec() Spec
	// Connect turns credentials into a session. It calls the TSP only where its sign-in
	// demands it, and then returns errors of class Unauthorized, Unavailable or Throttled.
	Connect(ctx context.Context, access Access) (Session, error)
}

// Session is credentials made usable. It is used by many goroutines at once.
type Session interface {
	// Check proves the credentials and tells whose account they open.
	Check(ctx context.Context, pace Pacer) (Account, error)
	// Write performs one write whose capability is in Actions. Its error is an *Error.
	Write(ctx context.Context, w Write) (Written, error)
	// List reads one page of records of an importable kind, from cursor "" on.
	List(ctx context.Context, l List) (Page, error)
}

// Finder is implemented by the sessions of adapters with actions of strength VerifyFirst.
type Finder interface {
	// Find tells whether an earlier attempt of the write took effect, and if so its result.
	Find(ctx context.Context, w Write) (Written, bool, error)
}

// Pacer makes callers wait for the budget of the limits that they name.
type Pacer interface {
	// Wait returns when one call may be made against each of the limits, or with an error
	// when ctx ends first.
	Wait(ctx context.Context, limits ...string) error
}

// Access is what a session is made from.
type Access struct {
	Credentials Credentials
	// BaseURL overrides the spec's, without a trailing slash; "" leaves it.
	BaseURL string
	Client  *http.Client
	Pace    Pacer
}

// Account is whom credentials belong to at the TSP. Its key is the same for all credentials
// of that account and never changes.
type Account struct {
	Key  string
	Name string
}

// Write is one write to perform. It holds nothing of storage, lanes or webhooks.
type Write struct {
	Capability
	Payload resource.Payload
	// Schema is the field table of the payload.
	Schema *resource.Schema
	Refs   resource.Refs
	// Target is the record to update and Collection the TSP's collection that it is in.
	Target     resource.SourceID
	Collection string
	// Operation identifies the write to us; adapters turn it into the TSP's own key or
	// external reference wherever one exists.
	Operation uuid.UUID
	Attempt   int
	// FirstSentAt is when the first attempt began; Find looks no further back.
	FirstSentAt time.Time
	Pace        Pacer
}

// Written is the result of a write that took effect.
type Written struct {
	// SourceID is the record's id at the TSP; "" where the TSP gives none.
	SourceID   resource.SourceID
	Collection string
	// Status and Headers are those of the TSP's answer.
	Status  int
	Headers http.Header
	// Note tells what a reader of the operation's log should know; usually empty.
	Note string
}

// List asks for one page of records.
type List struct {
	Kind   resource.Kind
	Cursor string
	Pace   Pacer
}

// Page is one page of records. Next is "" on the last one.
type Page struct {
	Records []Record
	Next    string
}

// Record is one of the TSP's records in unified form.
type Record struct {
	// Collection names the TSP's collection; source ids are unique only within one.
	Collection string
	SourceID   resource.SourceID
	// Fields is an object with the members of the kind's unified read model.
	Fields jsontext.Value
	// Source is the record as the TSP gave it.
	Source jsontext.Value
}

// ImportKind is a kind of record that an adapter can list.
type ImportKind struct {
	Kind        resource.Kind
	Collections []string
}
