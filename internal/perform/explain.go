package perform

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// mostCounted is how many attempts may count.
const mostCounted = 10

// lane is what keeps all operations of a connection alike.
type lane struct {
	conn  connection.Connection
	spec  tsp.Spec
	stand dispatch.Stand
	shut  bool
	named named
	waits map[tsp.Capability]budgeted
}

// budgeted is how long the limits of a capability want whoever uses them to wait, and the one for which that is.
type budgeted struct {
	wait     time.Duration
	limit    string
	interval time.Duration
}

// Explain tells why operations wait, by what is stored of them and by what this process knows of their lanes. Nothing is
// charged or written by that.
func (w *Writes) Explain(ctx context.Context, ops []operation.Operation) ([]operation.ProgressRead, error) {
	all, err := w.c.Lines.Ahead(ctx, ops)
	if err != nil {
		return nil, fmt.Errorf("counting what comes before operations: %w", err)
	}
	named, err := operation.StandingsOf(ctx, w.c.Chained, ops)
	if err != nil {
		return nil, err
	}
	now, lanes := w.c.Now(), map[uuid.UUID]*lane{}
	if err := w.resting(ctx, ops, all, now); err != nil {
		return nil, err
	}
	out := make([]operation.ProgressRead, len(ops))
	for i, op := range ops {
		of := lanes[op.Connection]
		if of == nil {
			if of, err = w.lane(ctx, op.Connection, now); err != nil {
				return nil, err
			}
			lanes[op.Connection] = of
		}
		out[i] = w.explain(op, hanging(op, all[i], named), of, now)
	}
	return out, nil
}

// lane reads what all operations of a connection share.
func (w *Writes) lane(ctx context.Context, id uuid.UUID, now time.Time) (*lane, error) {
	conn, err := w.c.Connections.Connection(lately(ctx, now), id)
	if err != nil {
		return nil, fmt.Errorf("looking up the connection: %w", err)
	}
	spec, _ := w.spec(conn)
	return &lane{conn: conn, spec: spec, shut: w.c.Links.Shut(conn), named: w.c.Limits.of(spec, conn),
		stand: w.c.Stand(fence.Lane{Kind: fence.Connections, ID: id}), waits: map[tsp.Capability]budgeted{}}, nil
}

// explain tells why one operation waits: the first of the causes that holds.
func (w *Writes) explain(op operation.Operation, ahead operation.Ahead, of *lane, now time.Time) operation.ProgressRead {
	p := op.Progressed(now, mostCounted-op.Counted)
	p.Position = ahead.Place
	if n := len(op.Attempts); n > 0 {
		p.Class = op.Attempts[n-1].Class
	}
	say := func(code operation.Cause, format string, args ...any) operation.ProgressRead {
		p.Code, p.Reason = code, fmt.Sprintf(format, args...)
		return p
	}
	switch {
	case op.State == operation.Sending || of.stand.Known && !w.begun.since(op.ID).IsZero():
		return say(operation.InFlight, "an attempt is under way")
	case of.conn.Status == connection.Paused:
		if of.conn.Pause.ByOperator() {
			return say(operation.ConnectionPaused, "the operator of this Waybill has paused its connection: %s; it goes on once that is active",
				problem.Quoted(of.conn.Pause.Why))
		}
		return say(operation.ConnectionPaused, "its connection is paused; it goes on once that is active")
	case of.conn.Status == connection.Stale:
		return say(operation.ConnectionStale, "%s refuses the credentials of its connection; it goes on once it takes them",
			of.spec.DisplayName)
	case of.shut || of.stand.Waits == dispatch.TheBar && of.stand.Until.After(now):
		return say(operation.ConnectionStale, "the credentials of its connection were refused, and are being checked")
	case op.Rests(now):
		if ahead.Left != uuid.Nil {
			p.Behind = &ahead.Left
		}
		return say(operation.Behind, "an earlier write, of the same record or between the same two people, had no answer and may take effect until then")
	case op.NextAt.After(now) && (p.Class == tsp.Throttled || op.RetryAfter.After(now)):
		return say(operation.RetryAfter, "%s asked to be left alone until then", of.spec.DisplayName)
	case op.State == operation.Unknown:
		return say(operation.LookingUp, "an attempt had no trustworthy answer; what became of it is found out")
	case op.NextAt.After(now):
		return say(operation.BackOff, "the last attempt ended as %s; the next one comes later", p.Class)
	case ahead.First != uuid.Nil:
		return behind(p, op, ahead, of.of(op, w.c.Limits), now)
	}
	return inLane(p, of.stand, of.of(op, w.c.Limits), now)
}

// behind tells of an operation that must wait for another. Each of those before it takes a call of the limit at least.
func behind(p operation.ProgressRead, op operation.Operation, ahead operation.Ahead, limit budgeted, now time.Time) operation.ProgressRead {
	p.Code, p.Reason = operation.Behind, "an earlier write must end first: of the same record, or between the same two people"
	if ahead.Named {
		p.Reason = "the operation must end first for whose record an id in it stands"
	}
	if ahead.Partner == op.Partner {
		p.Behind = &ahead.First
	}
	if limit.wait > 0 {
		p.EarliestTurn = operation.Turn(now.Add(limit.wait + time.Duration(ahead.Chain)*limit.interval))
	}
	return p
}

// inLane tells of an operation that its lane keeps alone.
func inLane(p operation.ProgressRead, s dispatch.Stand, limit budgeted, now time.Time) operation.ProgressRead {
	p.Code, p.Reason = operation.InQueue, "it waits for its turn"
	switch {
	case !s.Known:
		p.Code, p.Reason = operation.Untold, "another replica may be at work on its connection, and alone knows"
		return p
	case s.Waits == dispatch.ThePause && s.Until.After(now):
		p.Code, p.Reason = operation.RetryAfter, "the TSP asked to be left alone until then"
		p.EarliestTurn = operation.Turn(s.Until)
		return p
	case s.Waits == dispatch.APlace:
		p.Code, p.Reason = operation.Window, "as many calls are under way as may be at once"
	case limit.wait > 0:
		p.Code, p.Limit = operation.RateLimited, limit.limit
		p.Reason = fmt.Sprintf("the limit %s is used up for now", limit.limit)
		if limit.limit == ByOperator {
			p.Reason = "the operator of this Waybill keeps its connection to a lower rate than its TSP allows"
		}
	}
	p.EarliestTurn = operation.Turn(now.Add(limit.wait))
	return p
}

// of returns how long the limits of an operation's first call want it to wait. All operations are of one partner.
func (l *lane) of(op operation.Operation, limits *Limits) budgeted {
	c := tsp.Capability{Kind: op.Kind, Verb: op.Verb}
	b, known := l.waits[c]
	if !known {
		all := l.named.paced(l.spec.Actions[c].Limits)
		for i, wait := range limits.budget.Foresee(op.Partner.String(), all, 0) {
			if wait > b.wait {
				b = budgeted{wait: wait, limit: all[i].Label.Name, interval: all[i].Interval}
			}
		}
		l.waits[c] = b
	}
	return b
}
