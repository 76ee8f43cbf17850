package perform

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Traces follows what becomes of operations. The context that it returns is that of the calls; end is told
// the class of the end once they are over.
type Traces interface {
	// Attempt follows the nth attempt at an operation.
	Attempt(ctx context.Context, operation uuid.UUID, tsp string, n int) (_ context.Context, end func(class string))
	// Delivery follows the nth attempt to deliver an event about an operation.
	Delivery(ctx context.Context, operation uuid.UUID, event string, n int) (_ context.Context, end func(class string))
}

// traced has an attempt followed, where somebody does.
func (w *Writes) traced(ctx context.Context, t *task) (_ context.Context, end func()) {
	if w.c.Traces == nil {
		return ctx, func() {}
	}
	ctx, over := w.c.Traces.Attempt(ctx, t.op.ID, string(t.conn.TSP), t.op.Tries+1)
	return ctx, func() {
		class := tsp.Done
		if t.answer.err != nil {
			class = t.answer.err.Class
		}
		over(string(class))
	}
}

// ofOperations is how the names of events begin whose subject is an operation.
const ofOperations = "resource_operation."

// traced has a delivery followed, where somebody does and its event is about an operation.
func (d *Deliveries) traced(ctx context.Context, p *parcel) (_ context.Context, end func(dispatch.Class)) {
	e := p.waiting.Event
	if d.c.Traces == nil || !strings.HasPrefix(e.Name, ofOperations) {
		return ctx, func(dispatch.Class) {}
	}
	ctx, over := d.c.Traces.Delivery(ctx, e.Subject, e.Name, p.waiting.Tries+1)
	return ctx, func(class dispatch.Class) { over(string(class)) }
}
