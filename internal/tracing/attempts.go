package tracing

import (
	"context"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// done is the class of what went well.
const done = "done"

// Attempt follows an attempt at an operation; its calls are made with the context. end is told the class
// of its end.
func (t *Tracer) Attempt(ctx context.Context, operation uuid.UUID, tsp string, n int) (
	_ context.Context, end func(class string)) {
	return t.part(ctx, operation, "attempt", attribute.String("waybill.tsp", tsp), attribute.Int("waybill.attempt", n))
}

// Delivery follows an attempt to deliver an event about an operation. end is told what came of it.
func (t *Tracer) Delivery(ctx context.Context, operation uuid.UUID, event string, n int) (
	_ context.Context, end func(class string)) {
	return t.part(ctx, operation, "deliver", attribute.String("waybill.event", event),
		attribute.Int("waybill.attempt", n))
}

func (t *Tracer) part(ctx context.Context, operation uuid.UUID, name string, of ...attribute.KeyValue) (
	context.Context, func(string)) {
	ctx = trace.ContextWithRemoteSpanContext(ctx, t.root(operation))
	ctx, span := t.tracer.Start(ctx, name, trace.WithAttributes(append(of, ofOperation(operation))...))
	return ctx, func(class string) {
		span.SetAttributes(attribute.String("waybill.class", class))
		wrong := class
		if class == done {
			wrong = ""
		}
		ended(span, wrong)
	}
}
