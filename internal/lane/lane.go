// Package lane tells operators of the lanes of connections, over all processes: what waits in each, what keeps it from its
// work, and who works on it.
package lane

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

// State is how a lane stands.
type State string

// The states of a lane.
const (
	// Open: nothing that is known keeps it from its work.
	Open State = "open"
	// Closed: its TSP asked to be left alone for a time.
	Closed State = "closed"
	// Held: its TSP refuses the credentials of the connection.
	Held State = "held"
	// Paused: somebody has paused the connection.
	Paused State = "paused"
)

// Lane is that of one connection.
type Lane struct {
	Connection connection.Connection
	State      State
	Waiting    operation.Waiting
	Stand
}

// Stand is what is known of a lane beside what its connection tells.
type Stand struct {
	// Runner is the name of the process that works on it; "" for none, or where that is not known.
	Runner string
	// Waits is operation.RetryAfter where its TSP asked to be left alone, operation.RateLimited where it sleeps for a limit, and
	// "" for neither. Until is when that is over.
	Waits operation.Cause
	Until time.Time
	// Known is false where a process may know more that works on it, as of one that closes in this moment.
	Known bool
}

// Store finds lanes along their indexes.
type Store interface {
	// HeldConnections lists connections that are paused, stale or failed, in the order of their ids from behind one on.
	HeldConnections(ctx context.Context, after uuid.UUID, most int) ([]connection.Connection, error)
	// BusyConnections lists connections that hold live operations, in the same way.
	BusyConnections(ctx context.Context, after uuid.UUID, most int) ([]connection.Connection, error)
	// Connection finds one, or connection.ErrNotFound.
	Connection(ctx context.Context, id uuid.UUID) (connection.Connection, error)
	// Waiting is operation.Waitings'.
	Waiting(ctx context.Context, connections []uuid.UUID) ([]operation.Waiting, error)
}

// Service lists lanes.
type Service struct {
	Store Store
	// Stands tells how lanes stand in all processes. Of one that it leaves out nothing is known.
	Stands func(ctx context.Context, lanes []fence.Lane) (map[fence.Lane]Stand, error)
}

// The parts of the list, as the text of a position names them, each in the order of its ids: those that are held come first.
const (
	held = "held"
	open = "open"
)

// List returns the page of a window: lanes that are not open, then those that are and have work. Of a page the oldest
// waiting comes first within those that stand alike. The list is read forwards alone.
func (s *Service) List(ctx context.Context, w page.Window) (p page.Page[Lane], err error) {
	at := w.Place
	if w.Backwards || !at.IsZero() && at.Text != held && at.Text != open {
		return p, &problem.Error{Code: problem.Invalid, Details: []problem.Detail{{Path: "page",
			Message: "leads to no page of the list of lanes; follow a link of the list, or leave it out for its begin"}}}
	}
	var found []connection.Connection
	if at.Text != open {
		if found, err = s.Store.HeldConnections(ctx, at.ID, w.Limit); err != nil {
			return p, fmt.Errorf("listing connections that are held: %w", err)
		}
		at = page.Position{Text: open}
		if len(found) == w.Limit {
			p.Next = page.Position{Text: held, ID: found[w.Limit-1].ID}
		}
	}
	if p.Next.IsZero() {
		if found, p.Next, err = s.busy(ctx, found, at, w.Limit); err != nil {
			return p, err
		}
	}
	p.Items, err = s.Among(ctx, found)
	return p, err
}

// busy adds to a page those behind a place that are open and have work. next is zero where the list ends.
func (s *Service) busy(ctx context.Context, found []connection.Connection, at page.Position, most int) (all []connection.Connection, next page.Position, err error) {
	busy, err := s.Store.BusyConnections(ctx, at.ID, most)
	if err != nil {
		return nil, next, fmt.Errorf("listing connections with work: %w", err)
	}
	for _, c := range busy {
		if len(found) == most {
			return found, at, nil
		}
		if at.ID = c.ID; stateOf(c) == Open {
			found = append(found, c)
		}
	}
	if len(busy) == most {
		next = at
	}
	return found, next, nil
}

// Of is the lane of one connection, whether it has work or not.
func (s *Service) Of(ctx context.Context, id uuid.UUID) (Lane, error) {
	c, err := s.Store.Connection(ctx, id)
	switch {
	case errors.Is(err, connection.ErrNotFound):
		return Lane{}, problem.New(problem.NotFound, "there is no connection %s", id)
	case err != nil:
		return Lane{}, fmt.Errorf("looking up a connection: %w", err)
	case c.Status.Ended():
		return Lane{}, problem.New(problem.Conflict, "the connection is %s: it has no lane any more", c.Status)
	}
	all, err := s.Among(ctx, []connection.Connection{c})
	if err != nil {
		return Lane{}, err
	}
	return all[0], nil
}

// Among tells of the lanes of connections what waits in them, who works on them and how they stand there.
func (s *Service) Among(ctx context.Context, of []connection.Connection) ([]Lane, error) {
	ids, lanes := make([]uuid.UUID, len(of)), make([]fence.Lane, len(of))
	for i, c := range of {
		ids[i], lanes[i] = c.ID, fence.Lane{Kind: fence.Connections, ID: c.ID}
	}
	waiting, err := s.Store.Waiting(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("counting what waits in lanes: %w", err)
	}
	stands, err := s.Stands(ctx, lanes)
	if err != nil {
		return nil, fmt.Errorf("asking how lanes stand: %w", err)
	}
	all := make([]Lane, len(of))
	for i, c := range of {
		all[i] = Lane{Connection: c, State: stateOf(c), Stand: stands[lanes[i]], Waiting: operation.Waiting{Connection: c.ID}}
		if all[i].State == Open && all[i].Waits == operation.RetryAfter {
			all[i].State = Closed
		}
		if at := slices.IndexFunc(waiting, func(w operation.Waiting) bool { return w.Connection == c.ID }); at >= 0 {
			all[i].Waiting = waiting[at]
		}
	}
	slices.SortStableFunc(all, compare)
	return all, nil
}

// compare puts those first that are held, then the paused and the closed ones, and of those that stand alike the oldest waiting. Where more
// waits than was counted the oldest is not known, and comes first.
func compare(a, b Lane) int {
	order := []State{Held, Paused, Closed, Open}
	if by := slices.Index(order, a.State) - slices.Index(order, b.State); by != 0 {
		return by
	}
	if a.Waiting.AtLeast != b.Waiting.AtLeast {
		return map[bool]int{true: -1, false: 1}[a.Waiting.AtLeast]
	}
	if (a.Waiting.N == 0) != (b.Waiting.N == 0) {
		return map[bool]int{true: 1, false: -1}[a.Waiting.N == 0]
	}
	return a.Waiting.Since.Compare(b.Waiting.Since)
}

// stateOf is how the lane of a connection stands.
func stateOf(c connection.Connection) State {
	switch c.Status {
	case connection.Paused:
		return Paused
	case connection.Stale, connection.Failed:
		return Held
	case connection.Active, connection.Cancelled, connection.Deleted:
	}
	return Open
}

// Says tells why a lane does not work; "" if it may.
func (l Lane) Says() string {
	c := l.Connection
	switch l.State {
	case Paused:
		said := "paused"
		if c.Pause.By != "" {
			said += " by " + c.Pause.By
		}
		if c.Pause.Why != "" {
			said += ": " + problem.Quoted(c.Pause.Why)
		}
		return said
	case Held:
		return c.Problem
	case Closed:
		return "its TSP asked to be left alone"
	case Open:
		if l.Waits == operation.RateLimited {
			return "a limit is used up"
		}
	}
	return ""
}
