package operation

import (
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
	if stored.State.Ended() || stored.Tries != s.From {
		return fence.ErrOvertaken
	}
	return stored.State.To(s.Operation.State)
}

// Interrupt returns an operation whose attempt nobody will settle any more, as unknown, and the
// entry of its log that says so, behind those that it has.
func (op Operation) Interrupt(at time.Time) (Operation, Attempt, error) {
	next, err := op.To(Unknown, at)
	if err != nil {
		return op, Attempt{}, err
	}
	next.Tries, next.Counted, next.NextAt = op.Tries+1, op.Counted+1, at
	a := Attempt{ID: uuid.Must(uuid.NewV7()), N: 1, Class: tsp.Unknown, StartedAt: op.SentAt, EndedAt: at,
		Details: "Waybill stopped before the answer came; the TSP is asked what became of it"}
	if n := len(op.Attempts); n > 0 {
		a.N = op.Attempts[n-1].N + 1
	}
	next.Attempts = append(next.Attempts, a)
	return next, a, nil
}
