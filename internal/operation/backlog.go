package operation

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Backlogs tells how much waits, for whoever looks at the service.
type Backlogs interface {
	// OperationBacklog returns the backlog of each connection that holds live operations. Unlike anything
	// that a write needs, it costs as much as waits: it is to be asked rarely.
	OperationBacklog(ctx context.Context) ([]Backlog, error)
}

// Backlog is how many live operations a connection has, and when the oldest was accepted.
type Backlog struct {
	Connection uuid.UUID
	TSP        tsp.Name
	Waiting    int
	Since      time.Time
}
