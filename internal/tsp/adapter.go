package tsp

import (
	"context"
	"errors"
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
	// Find tells whether an earlier attempt of the write took effect, and if so its result. Of a
	// write of several steps it marks those that did; if any is left it answers false, and the
	// Write that follows goes on behind them.
	Find(ctx context.Context, w Write) (Written, bool, error)
}

// Reader is implemented by the sessions of TSPs whose answers to writes do not hold the record.
type Reader interface {
	// Read returns one record of an importable kind in the form of List. Its error is an *Error, of class
	// Missing where the TSP has no such record, and Unsupported where records of the kind cannot be read
	// one by one.
	Read(ctx context.Context, one Single) (Record, error)
}

// Single asks for one record.
type Single struct {
	Kind       resource.Kind
	Collection string
	SourceID   resource.SourceID
	Pace       Pacer
}

// SettingsChecker is implemented by the sessions of TSPs with settings that name what the TSP has, such as
// groups.
type SettingsChecker interface {
	// CheckSettings asks the TSP whether it has what the settings name. It is asked when settings or
	// credentials are set and never by the clock. Its error is an *Error with the Setting that is refused.
	CheckSettings(ctx context.Context, pace Pacer) error
}

// Recognizer is implemented by the sessions of TSPs with a Spec.Sight.
type Recognizer interface {
	// Recognizes tells whether other credentials of the same account are those of the session's user. A user may have
	// several names, so false is another user or another name. Its error is an *Error, and it is not known then.
	Recognizes(ctx context.Context, other Credentials, pace Pacer) (bool, error)
}

// Exchanger is implemented by adapters that take credentials which work once, such as the
// code of an OAuth consent.
type Exchanger interface {
	// Exchange turns such credentials into ones that can be kept; any other it returns as they
	// are. Its error is an *Error.
	Exchange(ctx context.Context, access Access) (Credentials, error)
}

// Pacer makes callers wait for the budget of the limits that they name.
type Pacer interface {
	// Wait returns when one call may be made against each of the limits, or with an error
	// when ctx ends first.
	Wait(ctx context.Context, limits ...string) error
	// Enter comes behind Wait. It returns when the call may be in flight beside those that are,
	// under each of the limits that bound calls at once, or with an error when ctx ends first.
	// leave must be called once the call is answered or given up.
	Enter(ctx context.Context, limits ...string) (leave func(), err error)
}

// ErrNoBudget is what a Pacer answers that does not wait: the limits do not allow the call now.
var ErrNoBudget = errors.New("the limits allow no call now")

// Access is what a session is made from.
type Access struct {
	Credentials Credentials
	// Settings are the connection's, defaults and secret ones included.
	Settings Settings
	// BaseURL overrides the spec's, without a trailing slash; "" leaves it.
	BaseURL string
	Client  *http.Client
	// Pace is never nil.
	Pace  Pacer
	Renew Renew
}

// Renew replaces credentials that are spent, one caller at a time per connection. If somebody
// else has replaced them already it returns those; else it calls by with the stored ones and
// stores what by returns before anybody uses it. A session whose credentials cannot be renewed
// never calls it. Its error is an *Error.
type Renew func(ctx context.Context, spent Credentials, by func(context.Context, Credentials) (Credentials, error)) (Credentials, error)

// Account is whom credentials belong to at the TSP. Its key is the same for all credentials
// of that account and never changes. Where credentials name a host, Caller.Check adds that.
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
	// SentAt is when the oldest attempt began whose outcome is not known; Find looks no further
	// back.
	SentAt time.Time
	// Settings are the connection's; sessions fill them in from their Access.
	Settings Settings
	// Secret derives bytes that are the same at each attempt of this operation and known to
	// nobody else, for TSPs that demand a password; never nil.
	Secret func(label string) []byte
	// Progress remembers the steps of a write that makes several calls; nil forgets them.
	Progress Progress
	// Rivals returns the other operations that may have left at the TSP what this one would leave;
	// see Alike. nil returns none.
	Rivals Rivals
	// Read is told the whole record as the TSP has it right before an update, in the form of Session.List, by adapters that
	// read it in order to write it back; nil tells nobody.
	Read func(Record)
	// Now is the clock of SentAt and of rivals' times; see Clock.
	Now func() time.Time
	// Settles is how long an attempt may take effect after it was cut off; 0 is DefaultSettling.
	Settles time.Duration
	// Pace is never nil.
	Pace Pacer
}

// Written is the result of a write that took effect.
type Written struct {
	// SourceID is the record's id at the TSP; "" where the TSP gives none.
	SourceID   resource.SourceID
	Collection string
	// Status and Headers are those of the TSP's answer.
	Status  int
	Headers http.Header
	// Record is the written record as the TSP's answer shows it, in the form of Session.List; nil where the
	// answer does not hold the whole of it. Without it the record is read; see Reader. Of a log that is not
	// imported it may be a part without a Source, such as the status alone: what was sent stands under it.
	Record *Record
	// Note tells what a reader of the operation's log should know; usually empty.
	Note string
	// Parts are the ends of the write's several deliveries, if it made several in this attempt.
	Parts []Part
}

// Part is the end of one delivery of a write that is made of several, such as a message to each
// of a group. Each has its own entry in the operation's log.
type Part struct {
	// Name tells people whom it was for.
	Name    string
	Class   Class
	Status  int
	Headers http.Header
	Message string
}

// List asks for one page of records.
type List struct {
	Kind   resource.Kind
	Cursor string
	// Since is when the oldest event happened that is asked for, of a kind whose records tell of events;
	// zero for the others. The TSP may give older ones as well.
	Since time.Time
	Pace  Pacer
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
	// Names are the records that this one names, by the member of the read model that holds our ids of them,
	// such as "driver_id" or "recipient_ids". The member that holds the TSP's ids follows from it.
	Names map[string][]Named
	// OccurredAt is when the event happened that the record tells of; zero for a record of anything else.
	OccurredAt time.Time
}

// Named is a record that another one names.
type Named struct {
	Collection string
	SourceID   resource.SourceID
}

// ImportKind is a kind of record that an adapter can list.
type ImportKind struct {
	Kind        resource.Kind
	Collections []string
	// Note says for people which of the TSP's records of the kind are left out, and why, or what of them comes
	// later; "" where there is nothing to say.
	Note string
}
