package operation

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Waitings tells how much waits for connections, for whoever looks at some of them.
type Waitings interface {
	// Waiting counts the live operations of each of some connections that has any, at a cost that does not follow how many
	// wait.
	Waiting(ctx context.Context, connections []uuid.UUID) ([]Waiting, error)
}

// Waiting is how many operations of a connection have not ended. Since is when the oldest was accepted; zero where there
// are more than were counted.
type Waiting struct {
	Connection uuid.UUID
	Count
	Since time.Time
}
