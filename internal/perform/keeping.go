package perform

import (
	"context"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// keeping has it noted how far an attempt comes, and its calls kept, if any are.
func (w *Writes) keeping(ctx context.Context, t *task) context.Context {
	t.reaching = &tsp.Reaching{}
	ctx = t.reaching.Under(ctx)
	if !w.c.Exchanges {
		return ctx
	}
	t.calls = &tsp.Exchanges{}
	return tsp.Keep(ctx, t.calls)
}

// kept is what is kept of an attempt that ended with some entries of the log. Where none was made, as at a deadline,
// that is told too.
func (w *Writes) kept(t *task, entries []operation.Attempt) *operation.Kept {
	if !w.c.Exchanges {
		return nil
	}
	if t.calls == nil {
		return t.op.KeptOf(entries, []tsp.Exchange{})
	}
	calls, omitted := t.calls.End()
	k := t.op.KeptOf(entries, calls)
	k.Omitted = omitted
	return k
}
