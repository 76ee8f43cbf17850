package lane

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Calls is how many calls were made through a connection from a time on, for CallsEvery, and how many of them its TSP
// answered by asking to be left alone.
type Calls struct {
	At            time.Time
	Made, Refused int
}

// CallsEvery is how much time each of the counts of a connection stands for, and CallsKept how long they are kept.
const (
	CallsEvery = 15 * time.Minute
	CallsKept  = 12 * time.Hour
)

// CallCounts counts the calls through connections, of all replicas.
type CallCounts interface {
	// CountCalls counts calls that this process has made, in its memory.
	CountCalls(connection uuid.UUID, made, refused int)
	// SaveCalls writes down what this process has counted and what it began to count so long ago; 0 for all. A process that
	// dies takes with it what it has not written down.
	SaveCalls(ctx context.Context, ago time.Duration) error
	// Calls are the counts of a connection from a time on, the oldest first. What this process has not written down is in
	// them. Times in which there was no call are left out.
	Calls(ctx context.Context, connection uuid.UUID, since time.Time) ([]Calls, error)
	// ForgetCalls removes some of the counts that are older than CallsKept, and tells whether there may be more.
	ForgetCalls(ctx context.Context) (more bool, err error)
}
