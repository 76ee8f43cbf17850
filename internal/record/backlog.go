package record

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Backlogs tells how many imports wait, for whoever looks at the service.
type Backlogs interface {
	// ImportBacklog returns the backlog of each TSP with imports that are due at a time.
	ImportBacklog(ctx context.Context, at time.Time) ([]Backlog, error)
}

// Backlog is how many imports of a kind are due at a TSP, and since when the first of them is.
type Backlog struct {
	TSP   tsp.Name
	Due   int
	Since time.Time
}
