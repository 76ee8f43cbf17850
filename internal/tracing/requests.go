package tracing

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// headers are read and written as W3C Trace Context says.
var headers = propagation.TraceContext{}

// Request follows a request whose caller sent a traceparent, as a part of the caller's trace. end is told
// the pattern of the route and the status.
func (t *Tracer) Request(r *http.Request) (ctx context.Context, end func(route string, status int)) {
	ctx = headers.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return ctx, func(string, int) {}
	}
	ctx, span := t.tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", r.Method)))
	return ctx, func(route string, status int) {
		span.SetName(route)
		span.SetAttributes(attribute.String("http.route", route), attribute.Int("http.response.status_code", status))
		wrong := ""
		if status == 0 || status >= http.StatusInternalServerError {
			wrong = failed(status)
		}
		ended(span, wrong)
	}
}

// Accepted is the beginning of an operation's own trace: its request, which came at a time. The caller's
// trace, if there is one, and the operation's lead to each other.
func (t *Tracer) Accepted(ctx context.Context, operation uuid.UUID, kind, verb, tsp string, came time.Time) {
	caller := trace.SpanFromContext(ctx)
	caller.AddLink(trace.Link{SpanContext: t.root(operation)})
	caller.SetAttributes(ofOperation(operation))
	options := []trace.SpanStartOption{trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindServer), since(came),
		trace.WithAttributes(ofOperation(operation), attribute.String("waybill.resource", kind),
			attribute.String("waybill.verb", verb), attribute.String("waybill.tsp", tsp))}
	if c := caller.SpanContext(); c.IsValid() {
		options = append(options, trace.WithLinks(trace.Link{SpanContext: c}))
	}
	_, span := t.tracer.Start(context.WithValue(ctx, rootKey{}, operation), "accept", options...)
	span.End()
}

func ofOperation(id uuid.UUID) attribute.KeyValue {
	return attribute.String("waybill.operation_id", id.String())
}
