// Package perform makes attempts at what waits in lanes, and settles them: writes at their TSPs,
// deliveries of webhooks, imports of records. When something runs is decided in dispatch; what
// running means, what its end means and what is told of it is decided here. A sync write, which
// has no lane, comes to the same verdict by the same way.
package perform

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Connections reads connections.
type Connections interface {
	// Connection returns a connection by id, deleted ones included, or connection.ErrNotFound.
	Connection(ctx context.Context, id uuid.UUID) (connection.Connection, error)
}

// Links is what a connection is to those who call its TSP. connection.Service is it.
type Links interface {
	// Target names the connection to the caller of its TSP.
	Target(c connection.Connection) tsp.Target
	// Shut tells whether nothing is to be sent through the connection as it was read: it was paused or
	// ended since, or its credentials were refused and are being checked. Its lanes are woken after.
	Shut(c connection.Connection) bool
	// Refused has a refusal of a connection's credentials looked into, however it came about: one that
	// is proven makes it stale and tells its owner.
	Refused(ctx context.Context, c connection.Connection, refused *tsp.Error) error
}

// unchanged is fence.ErrOvertaken for a connection that was changed since it was read, as by whoever paused it: what
// waits is read anew then. Of a change by this process Links know at once, and of one by another the store does soon.
// The mark of a call that begins would not notice, since a pause does not touch operations.
func unchanged(ctx context.Context, in Connections, links Links, read connection.Connection, now time.Time) error {
	if links.Shut(read) {
		return fence.ErrOvertaken
	}
	c, err := in.Connection(lately(ctx, now), read.ID)
	switch {
	case err != nil:
		return fmt.Errorf("looking up the connection: %w", err)
	case !c.UpdatedAt.Equal(read.UpdatedAt):
		return fence.ErrOvertaken
	}
	return nil
}

// closedFor is how long a lane that takes no attempts sleeps between looks for items that are too
// old. What opens it wakes it at once.
const closedFor = time.Minute

// pausedFor is closedFor of a paused connection, and when what waits for an operator's rate is read again: a command that resumes
// or frees a connection beside this process wakes nobody.
const pausedFor = 5 * time.Second

// byTSP puts each lane of a connection in the group of its TSP.
func byTSP(connections Connections) dispatch.Group {
	return func(ctx context.Context, id uuid.UUID) (string, error) {
		conn, err := connections.Connection(ctx, id)
		if errors.Is(err, connection.ErrNotFound) {
			return "", nil
		}
		if err != nil {
			return "", fmt.Errorf("looking up the connection: %w", err)
		}
		return string(conn.TSP), nil
	}
}

// owner is among whom the calls at once are shared: TSPs, and who made connections to each.
func owner(c connection.Connection) dispatch.Owner {
	return dispatch.Owner{Group: string(c.TSP), ID: c.Maker}
}

// lanes returns the lanes of a kind.
func lanes(kind string, ids []uuid.UUID) []fence.Lane {
	out := make([]fence.Lane, len(ids))
	for i, id := range ids {
		out[i] = fence.Lane{Kind: kind, ID: id}
	}
	return out
}

// refused has a refusal of credentials looked into. What was refused is settled by then, so a failure
// is only told: the next attempt is refused again and looked into again.
func refused(ctx context.Context, links Links, log *slog.Logger, c connection.Connection, end *tsp.Error) {
	if err := links.Refused(ctx, c, end); err != nil {
		log.Error("a refusal of credentials could not be looked into; the next attempt tries again",
			"connection_id", c.ID, "tsp", c.TSP, "error", err)
	}
}

// stored is a time as it is stored. What is compared with a stored time later must be cut like it.
func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
