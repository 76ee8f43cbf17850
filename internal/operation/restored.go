package operation

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Restored returns what becomes of a live operation of a database that was put back as it stood at
// since: whatever waited then may have been sent after it. A create is looked up before it is sent.
// An update is ended, because its repetition, harmless by itself, could put an older value over that
// of an update which the database does not know; so is a sync operation, whose caller is gone. Whoever
// worked before may have sent it at the last moment, so the cut is at. A restore is no attempt that
// failed: it does not count. It tells false for what was restored from that backup before. The
// operation must have its Attempts.
func (op Operation) Restored(since, at time.Time) (Settlement, bool, error) {
	if n := len(op.Attempts); n > 0 && op.State == Unknown && op.Attempts[n-1].StartedAt.Equal(since) {
		return Settlement{}, false, nil
	}
	state, details := op.afterRestore(since)
	next, err := op.To(state, at)
	if err != nil {
		return Settlement{}, false, err
	}
	// An attempt that was open before stays the oldest that is.
	if open := op.State == Unknown || op.State == Sending; !open || op.SentAt.IsZero() {
		next.SentAt = since
	}
	next.Tries, next.NextAt, next.CutAt = op.Tries+1, at, at
	a := Attempt{ID: uuid.Must(uuid.NewV7()), N: op.nextEntry(), Class: tsp.Unknown, StartedAt: since, EndedAt: at,
		Details: details, Own: len(details)}
	next.Attempts = append(slices.Clone(op.Attempts), a)
	s := Settlement{From: op.Tries, Operation: next, Attempts: []Attempt{a}}
	s.Events, err = next.Tells(at)
	return s, err == nil, err
}

// afterRestore is the state of an operation after a restore, and the sentence that says why.
func (op Operation) afterRestore(since time.Time) (State, string) {
	from := "the database was restored from a backup of " + since.UTC().Format(time.RFC3339)
	switch {
	case op.Sync:
		return Failed, "outcome unknown: " + from + ", when the write was under way, and nobody waits for it now"
	case op.Verb == resource.Update:
		return Failed, "outcome unknown: " + from +
			"; it may have been sent after that, and newer updates of the record may be at the TSP; send it again if " +
			"it is still wanted"
	}
	return Unknown, from + "; the write may have been sent after that, and the TSP is asked what became of it"
}
