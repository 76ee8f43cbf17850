package webhook

import (
	"context"
	"time"
)

// Backlogs tells how much waits, for whoever looks at the service.
type Backlogs interface {
	// DeliveryBacklog counts the deliveries that wait, for paused subscriptions too. It costs as much as
	// waits: it is to be asked rarely.
	DeliveryBacklog(ctx context.Context) (Backlog, error)
}

// Backlog is how many deliveries wait, and when the event of the oldest occurred; zero if none does.
type Backlog struct {
	Waiting int
	Since   time.Time
}
