package operation

import (
	"context"

	"github.com/waybill-dev/waybill/internal/connection"
)

// Performer performs sync operations. It is a port, because what performing means is the matter of
// lanes, of which this room knows nothing.
type Performer interface {
	// Admit refuses with a *problem.Error a sync write that cannot be performed now because the
	// limits of its TSP are used up, as far as the partner may use them. Whoever it lets pass accepts the
	// write and calls PerformNow.
	Admit(c connection.Connection, op Operation) error
	// Fenced returns a context for a sync write that is accepted from now on. Where others may take this process for dead
	// before it is performed under it, and end it, nothing of it is sent.
	Fenced(ctx context.Context) context.Context
	// PerformNow performs an operation that was accepted in state sending, settles it and returns
	// it as it ended. The caller's hanging up does not cancel it.
	PerformNow(ctx context.Context, op Operation) (Operation, error)
	// Forgo ends, behind its caller's back, an operation of which nobody knows whether it was accepted: it may hold its
	// chain and its key, and nobody performs it.
	Forgo(ctx context.Context, op Operation)
}
