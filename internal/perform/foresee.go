package perform

import (
	"context"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Foresee tells what the attempt at an operation would be that nobody has accepted. It refuses a sync one as Admit
// would; nothing is charged, stored or sent.
func (w *Writes) Foresee(ctx context.Context, c connection.Connection, op operation.Operation) (operation.Preview, error) {
	spec, _ := w.spec(c)
	t, limits := w.task(op, c, spec), w.c.Limits.of(spec, c)
	first := limits.paced(t.action.Limits)
	ahead := time.Duration(0)
	if op.Sync {
		if err := usedUp(spec, c.Rate, w.c.Limits.owed(t.share(), first)); err != nil {
			return operation.Preview{}, err
		}
		ahead = SyncAhead
	}
	write, err := w.read(t)
	if err != nil {
		return operation.Preview{}, err
	}
	write.SentAt, write.Now, write.Settles = w.c.Now(), w.c.Now, w.c.Settling.of(t.spec, t.capability())
	planned, end := w.c.TSPs.Preview(ctx, w.c.Links.Target(c), write, op.Verify)
	wait := slices.Max(append(w.c.Limits.budget.Foresee(t.share(), first, ahead), 0))
	p := operation.Preview{Requests: planned, Limits: w.c.Limits.charges(t, planned, ahead)}.From(stored(w.c.Now().Add(wait)))
	if end != nil {
		p.Failure = &operation.Failure{ErrorType: end.Class.ErrorType(end.Status), ErrorDetails: end.Message}
	}
	return p, nil
}

// charges are the limits that requests would be charged to, in the order in which the TSP's are declared.
func (l *Limits) charges(t *task, planned []tsp.Planned, ahead time.Duration) []operation.Charge {
	var all []operation.Charge
	limits := l.of(t.spec, t.conn)
	for _, declared := range t.spec.Limits {
		calls := 0
		for _, p := range planned {
			if slices.Contains(p.Limits, declared.Key) {
				calls++
			}
		}
		one, known := limits.limit(declared.Key)
		if calls == 0 || !known {
			continue
		}
		wait := l.budget.Foresee(t.share(), limits.only([]string{declared.Key}), ahead)[0]
		all = append(all, operation.Charge{LimitDocument: one.Document(), Calls: calls, WaitSeconds: wait.Seconds()})
	}
	return all
}

// owed is what borrow would return; it charges nothing.
func (l *Limits) owed(share string, limits []dispatch.Limit) time.Duration {
	wait := slices.Max(append(l.budget.Foresee(share, limits, 0), 0))
	if wait <= 0 {
		return 0
	}
	until := slices.Max(append(l.budget.Foresee(share, withDebts(limits), SyncAhead), 0))
	return min(wait, until)
}
