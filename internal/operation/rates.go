package operation

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Rates tells how many operations are accepted and end, of all partners and of all replicas.
type Rates interface {
	// SaveRates writes down what this process has counted since it did so last, and forgets what is older than RatesKept.
	// A process that dies takes with it what it has not written down.
	SaveRates(ctx context.Context) error
	// Rates adds up what was counted from a time on, by TSP and by stretches of whole minutes, the oldest first. What this
	// process has not written down yet is in it. Stretches in which there was nothing are left out.
	Rates(ctx context.Context, since time.Time, every time.Duration) ([]Rate, error)
	// CountFailed counts those of the operations that were accepted from a time on which have failed, by their stages, a
	// bounded number of the newest.
	CountFailed(ctx context.Context, since time.Time) (map[Stage]Count, error)
}

// RatesKept is for how long it is known what was accepted and ended in each minute.
const RatesKept = 25 * time.Hour

// Rate is how many operations of a TSP were accepted from a time on for a stretch, and how many ended meanwhile, by how
// they did: Failed are those of which nothing was applied, Unknown those of which nobody knows.
type Rate struct {
	At                                              time.Time
	TSP                                             tsp.Name
	Accepted, Succeeded, Failed, Unknown, Cancelled int
}

// Add adds what was counted elsewhere of the same.
func (r *Rate) Add(of Rate) {
	r.Accepted, r.Succeeded, r.Failed = r.Accepted+of.Accepted, r.Succeeded+of.Succeeded, r.Failed+of.Failed
	r.Unknown, r.Cancelled = r.Unknown+of.Unknown, r.Cancelled+of.Cancelled
}

// Ending is the end of an operation as a Rate counts it.
func (op Operation) Ending() (r Rate) {
	switch op.Stage() {
	case StageSucceeded:
		r.Succeeded = 1
	case StageUnknown:
		r.Unknown = 1
	case StageCancelled:
		r.Cancelled = 1
	default:
		r.Failed = 1
	}
	return r
}
