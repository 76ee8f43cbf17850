package tsp

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Rival is another operation of the same connection that was sent to the TSP: it took effect, or
// may have. A look-up that knows a write by its content alone may come upon a rival's.
type Rival struct {
	Capability
	Payload resource.Payload
	Refs    resource.Refs
	// SourceID and Collection are what it made; "" where that is not known.
	SourceID   resource.SourceID
	Collection string
	// SentAt is when the oldest of its attempts began that counts, and EndedAt when the newest
	// ended. What it made at the TSP was made between them, or later where it is not Certain.
	SentAt, EndedAt time.Time
	// Certain tells that it took effect; else it may have.
	Certain bool
}

// Rivals returns the rivals of a write that ended at a time or later, or have not ended, in no
// order. Its error is an *Error.
type Rivals func(ctx context.Context, since time.Time) ([]Rival, error)

// Alike is what other operations may have left in a window of time that looks like a write's own.
type Alike struct {
	// Since is when the window begins: early enough that whatever a rival in it made is in it as a
	// whole.
	Since  time.Time
	Rivals []Rival
}

// longestWindow bounds how far back rivals may draw the window of a look-up. A chain of equal
// messages that is longer than that is told as one that cannot be told apart.
const longestWindow = 6 * time.Hour

// Alike finds the rivals of a write among which a look-up must tell its own: those that same calls
// equal, as far as they reach into the time since its first open attempt. slack is how far clocks
// may differ. The window grows with each rival that reaches out of it, so that counting what the
// TSP holds since then never counts half of one.
func (w Write) Alike(ctx context.Context, slack time.Duration, same func(Rival) bool) (Alike, error) {
	a := Alike{Since: w.SentAt.Add(-slack)}
	if w.Rivals == nil {
		return a, nil
	}
	for {
		all, err := w.Rivals(ctx, a.Since.Add(-slack))
		if err != nil {
			return a, err
		}
		since := a.Since
		a.Rivals = nil
		for _, r := range all {
			if !same(r) {
				continue
			}
			a.Rivals = append(a.Rivals, r)
			if from := r.SentAt.Add(-slack); from.Before(since) {
				since = from
			}
		}
		if since.Equal(a.Since) {
			return a, nil
		}
		if w.SentAt.Sub(since) > longestWindow {
			return a, indistinct()
		}
		a.Since = since
	}
}

// Ours tells whether one of n things that the TSP holds since the window began, all equal to what
// the write would leave, is the write's own. Each rival that took effect accounts for one, and one
// that may have for one or none. Its error, of class Unknown, says that nobody can tell.
func (a Alike) Ours(n int) (bool, error) {
	certain, open := 0, 0
	for _, r := range a.Rivals {
		if r.Certain {
			certain++
		} else {
			open++
		}
	}
	switch {
	case n > certain+open:
		return true, nil
	case n <= certain:
		return false, nil
	}
	return false, indistinct()
}

// indistinct is the end of a look-up that found what may be another operation's.
func indistinct() error {
	return &Error{Class: Unknown, Message: "outcome unknown: the TSP holds what an equal operation may have left, and nothing tells them apart"}
}
