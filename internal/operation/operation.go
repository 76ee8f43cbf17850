// Package operation is the tracked write: its submission, its states, its attempts, its wire
// forms and the events that tell of it. It knows nothing of lanes or HTTP.
package operation

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// ErrNotFound is what a Store answers for an operation that does not exist.
var ErrNotFound = errors.New("operation not found")

// ErrKeyTaken is what a Store answers when another operation holds the idempotency key. Submit
// then replays the one that was faster; no caller sees this error.
var ErrKeyTaken = errors.New("the idempotency key is in use")

// ErrRetried is what a Store answers when the operation that another would retry cannot be retried any more.
var ErrRetried = errors.New("the operation was retried meanwhile")

// ErrReverted is what a Store answers when the operation that another would revert cannot be reverted any more, or its
// record has been written since.
var ErrReverted = errors.New("the operation was reverted meanwhile, or its record written")

// ErrAdopted is what a Store answers when the record that an operation would adopt is another operation's.
var ErrAdopted = errors.New("the record is another operation's")

// Operation is one write from submission to its end.
type Operation struct {
	ID uuid.UUID
	// Seq orders operations by their acceptance; the store gives it.
	Seq        int64
	Partner    uuid.UUID
	Connection uuid.UUID
	Fleet      uuid.UUID
	FleetRef   string
	TSP        tsp.Name
	Kind       resource.Kind
	Verb       resource.Verb
	// OrderKey groups operations of a connection that must keep their order.
	OrderKey string
	// Payload is the body as it was given, with the source ids of its references behind it.
	Payload []byte
	// Warnings are told from the start: which fields the TSP will not get.
	Warnings []tsp.Warning
	// Damaged says why the Payload or the Warnings that are stored cannot be read, for the operator; nil if
	// they can.
	Damaged error
	State   State
	// Sync tells that the caller waits: the operation is never queued.
	Sync bool
	// Told tells of a sync operation that events tell of it, as of any other; it means nothing of others.
	Told bool
	// Verify tells that the record is read back once it is written, Verification what that has told, and VerifyAt when it
	// is read back again; zero for never. A store tells the last of what is Due alone.
	Verify       bool
	Verification *Verification
	VerifyAt     time.Time
	// Handler is the replica in which the caller of a sync operation waits; zero where there is one process alone. No
	// store tells it of an operation that it returns.
	Handler uuid.UUID
	// Tries counts attempts and look-ups, and is the version by which one is told from another.
	// Counted are those that count toward the bound, and Streak those that failed in a row and make
	// the back-off grow.
	Tries, Counted, Streak int
	// NextAt is when the next attempt may begin; it means nothing in an ended operation.
	NextAt time.Time
	// RetryAfter is until when the TSP asked, at its last attempt, that it not be tried again; zero if it did not. NextAt is
	// no sooner.
	RetryAfter time.Time
	// Deadline is when it fails without another attempt.
	Deadline time.Time
	// ExpiresAt is from when it must not be sent as its caller has it; zero for never. What was sent before keeps its
	// outcome.
	ExpiresAt time.Time
	// StopAt is ExpiresAt, or Asked while it is to be cancelled and nobody has decided yet whether it can be.
	StopAt time.Time
	// Reason says why it ended without having been sent, where its caller had it so; else "".
	Reason Reason
	// Awaits are the operations for whose records ids of the Payload stand until these are made; that of the record to
	// update comes first. It waits for their ends, and its NextAt says nothing until then.
	Awaits []uuid.UUID
	// RetryOf is the failed operation that it retries, and RetriedBy the one that retries it; zero for none.
	RetryOf, RetriedBy uuid.UUID
	// RevertOf is the update that it takes back, and RevertedBy the one that takes it back; zero for none.
	RevertOf, RevertedBy uuid.UUID
	// Upon is the record as whoever reverts has read it. No store returns it.
	Upon Upon
	// AsOf is the Age of the operation that it retries as it was; 0 for one whose values were asked for when it was accepted.
	AsOf int64
	// Looked is the Seq up to which it was looked for newer writes of its record, over which it must not write; 0 if it may.
	// No store returns it.
	Looked int64
	// Resolution is how somebody has resolved its outcome, which was unknown; nil if nobody has.
	Resolution *Resolution
	// SentAt is when the oldest attempt began whose outcome is not known, or the last one; zero
	// before the first.
	SentAt time.Time
	// CutAt is when the newest attempt ended whose outcome is not known; zero if all is known. It
	// stays in an operation that ends so: then what was sent may still take effect, or has.
	CutAt time.Time
	// Key makes the submission repeatable; nil if the caller gave none.
	Key *Key
	// Resource and SourceID name the written record: from the start for an update, on success
	// for a create.
	Resource uuid.UUID
	SourceID resource.SourceID
	// Collection is the TSP's, of whose ids SourceID is one.
	Collection string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Attempts   []Attempt
	// Progress tells why one waits that has not ended, where that was asked for. No store knows of it.
	Progress *ProgressRead
}

// Key is the Idempotency-Key of a submission.
type Key struct {
	// Client is who gave it; keys of different clients have nothing to do with each other, and neither have
	// those of a name that several partners' clients have, or have had.
	Client string
	Value  string
	// Fingerprint is a hash of everything in the request that a repetition must share.
	Fingerprint []byte
}

// Attempt is one try to perform an operation at the TSP.
type Attempt struct {
	ID uuid.UUID
	// N numbers the entries of an operation's log from 1. An attempt has one entry, or several if
	// its write is made of several deliveries; throttled attempts in a row share one.
	N int
	// Status is the TSP's, 0 where none came; Headers are those that callers may see, and Details
	// are for people and hold no secret.
	Class   tsp.Class
	Status  int
	Headers map[string]string
	Details string
	// Own is how many bytes of the begin of Details are Waybill's own words, which quote nobody: neither the TSP nor what
	// was written.
	Own int
	// Reach is how far it came towards the TSP; "" where that is not known, as of what was logged before it was noted.
	Reach     tsp.Reach
	StartedAt time.Time
	EndedAt   time.Time
}

// Unread returns an attempt whose Headers and Details are stored and cannot be read: its log says so.
func (a Attempt) Unread() Attempt {
	a.Headers, a.Details = nil, "what was logged here cannot be read any more"
	a.Own = len(a.Details)
	return a
}

// Said is what Waybill says itself in Details, and quotes is true where others' words follow.
func (a Attempt) Said() (own string, quotes bool) {
	n := max(0, min(a.Own, len(a.Details)))
	for n > 0 && n < len(a.Details) && !utf8.RuneStart(a.Details[n]) {
		n--
	}
	return strings.TrimRight(a.Details[:n], " (:;"), n < len(a.Details)
}

// Unsent tells that certainly nothing of this attempt was sent to the TSP that could change something: what it ended by was
// said by Waybill, before, or was found out by reading.
func (a Attempt) Unsent() bool { return a.Reach == tsp.ReachNone || a.Reach == tsp.ReachRead }
