package operation

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// What follows is decided here and carried out by stores, in the transaction in which they read
// the operation that a decision is made from.

// KeyLife is how long an idempotency key is kept. It must outlast an operation's MaxAge, or a key
// would be free while its operation lives.
const KeyLife = 30 * 24 * time.Hour

// KeysSince tells since when keys must have been given to count at a time.
func KeysSince(at time.Time) time.Time { return at.Add(-KeyLife) }

// To returns the operation in another state, or an error if the table has no way to it.
func (op Operation) To(next State, at time.Time) (Operation, error) {
	if err := op.State.To(next); err != nil {
		return op, err
	}
	op.State, op.UpdatedAt = next, at
	return op, nil
}

// Begin returns the operation as it is once a call for it begins (T2); fence.ErrOvertaken if it
// has ended. A sync operation belongs to its handler until its outcome is unknown. SentAt stays
// that of the oldest attempt whose outcome is not known. What was sent is asked for back to the
// oldest attempt that is open (decision 0005), which a later attempt must not move.
func (op Operation) Begin(at time.Time) (Operation, error) {
	// Unknown is where a sync operation comes to when its handler is gone; then it belongs to its
	// lane.
	if op.State.Ended() || op.Sync && op.State != Unknown {
		return op, fence.ErrOvertaken
	}
	if open := op.State == Unknown || op.State == Sending; !open || op.SentAt.IsZero() {
		op.SentAt = at
	}
	return op.To(Sending, at)
}

// Check tells whether the settlement may be written over the operation as it is stored (T3);
// fence.ErrOvertaken if the operation has ended or was tried since the attempt began. So it may
// where the operation has as many tries as From and is in a state Before that of its end. Tries is
// the version by which one attempt is told from another: the state alone may be the same again.
func (s Settlement) Check(stored Operation) error {
	if stored.State.Ended() || stored.Tries != s.From || s.Unsent != "" && stored.State != s.Unsent {
		return fence.ErrOvertaken
	}
	return stored.State.To(s.Operation.State)
}

// OutcomeUnknown begins the sentence of every log about an operation that ended so.
const OutcomeUnknown = "outcome unknown: the TSP may have taken the write"

// What the log says of an attempt that nobody will settle any more.
const (
	interruptedWrite = "Waybill stopped before the answer came; what became of it is found out where the TSP can be asked"
	interruptedSync  = OutcomeUnknown + " before Waybill stopped, and nobody waits for it now; look at the TSP before " +
		"you send it again"
	unsentWrite = "Waybill stopped while no call of it was under way; it goes on"
	unsentSync  = "Waybill stopped before it sent anything, and nobody waits for it now; send it again if it is still wanted"
	// goesOn is how releases before wrote unsentWrite, also of what had sent a part.
	goesOn = "Waybill stopped before it sent anything; it is tried again"
)

// interrupted tells whether it is the entry of such an attempt.
func (a Attempt) interrupted() bool {
	return slices.Contains([]string{interruptedWrite, interruptedSync, unsentWrite, unsentSync, goesOn}, a.Details)
}

// Interrupt returns an operation whose attempt nobody will settle any more, and the entry of its
// log that says so, behind those that it has. It becomes unknown, and its lane finds out. A sync
// one ends: its caller is gone with the process that it waited for. Our own stop is no attempt that
// failed: it neither counts nor makes the back-off grow.
func (op Operation) Interrupt(at time.Time) (Operation, Attempt, error) {
	to, details := Unknown, interruptedWrite
	if op.Sync {
		to, details = Failed, interruptedSync
	}
	next, err := op.To(to, at)
	if err != nil {
		return op, Attempt{}, err
	}
	next.Tries, next.NextAt, next.CutAt = op.Tries+1, at, at
	a := Attempt{ID: uuid.Must(uuid.NewV7()), N: op.nextEntry(), Class: tsp.Unknown, StartedAt: op.SentAt, EndedAt: at,
		Details: details, Own: len(details)}
	next.Attempts = append(next.Attempts, a)
	return next, a, nil
}

// Unsent returns an operation whose attempt nobody will settle any more and that had sent nothing, and the
// entry of its log that says so. It is tried again; a sync one ends, as in Interrupt.
func (op Operation) Unsent(at time.Time) (Operation, Attempt, error) {
	to, details := Retry, unsentWrite
	if op.Sync {
		to, details = Failed, unsentSync
	}
	next, err := op.To(to, at)
	if err != nil {
		return op, Attempt{}, err
	}
	next.Tries, next.NextAt = op.Tries+1, at
	a := Attempt{ID: uuid.Must(uuid.NewV7()), N: op.nextEntry(), Class: tsp.Unavailable, StartedAt: op.SentAt,
		EndedAt: at, Details: details, Own: len(details)}
	next.Attempts = append(next.Attempts, a)
	return next, a, nil
}

// nextEntry numbers the entry behind those that the operation's log has.
func (op Operation) nextEntry() int {
	if n := len(op.Attempts); n > 0 {
		return op.Attempts[n-1].N + 1
	}
	return 1
}

// Hold keeps a chain from being sent anything before a time: what was sent for an operation of it
// that has ended may take effect until then, and would overwrite whatever is newer. Chain is an
// OrderKey of the connection.
type Hold struct {
	Connection uuid.UUID
	Chain      string
	Until      time.Time
}

// Held returns the hold that an operation which has ended leaves on its chain, for settles since
// its cut; false if it leaves none.
func (op Operation) Held(settles time.Duration) (Hold, bool) {
	h := Hold{op.Connection, op.OrderKey, op.CutAt.Add(settles)}
	return h, op.State.Ended() && !op.CutAt.IsZero() && !op.IsAlone()
}

// Behind returns a new operation as it waits behind a hold of its chain; zero stands for none. A
// sync one cannot wait.
func (op Operation) Behind(until time.Time) (Operation, error) {
	switch {
	case !until.After(op.NextAt):
	case op.Sync:
		return op, &Busy{Until: until}
	default:
		op.NextAt = until
	}
	return op, nil
}

// FreesKey tells whether the operation has certainly had no effect, and was not refused either: its
// idempotency key may be given anew, and is then a new write (decision 12). It must have its
// Attempts; steps tells whether any of its steps were marked, as those of a write in parts are.
func (op Operation) FreesKey(steps bool) bool {
	done := func(a Attempt) bool { return a.Class == tsp.Done }
	if op.State != Failed || !op.CutAt.IsZero() || len(op.Attempts) == 0 || steps ||
		slices.ContainsFunc(op.Attempts, done) {
		return false
	}
	switch op.Attempts[len(op.Attempts)-1].Class {
	case tsp.Unavailable, tsp.Throttled, tsp.Unauthorized:
		return true
	case tsp.Done, tsp.Rejected, tsp.Unsupported, tsp.Missing, tsp.Forbidden, tsp.Unknown, tsp.Broken:
	}
	return false
}
