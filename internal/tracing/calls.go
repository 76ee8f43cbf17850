package tracing

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Calls has each request of a client to a TSP followed that belongs to something followed. The TSP is told
// nothing of it.
func (t *Tracer) Calls(c *http.Client, tsp string) *http.Client {
	return t.through(c, []attribute.KeyValue{attribute.String("waybill.tsp", tsp)}, false)
}

// Deliveries is Calls for the client of receivers, who are told of the trace where they may be.
func (t *Tracer) Deliveries(c *http.Client) *http.Client { return t.through(c, nil, t.toReceivers) }

func (t *Tracer) through(c *http.Client, of []attribute.KeyValue, tells bool) *http.Client {
	out := *c
	next := c.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	out.Transport = &calls{t.tracer, next, of, tells}
	return &out
}

// calls follows requests.
type calls struct {
	tracer trace.Tracer
	next   http.RoundTripper
	of     []attribute.KeyValue
	tells  bool
}

// RoundTrip sends a request. Neither its URL nor its host is told: both may hold what is nobody's business.
func (c *calls) RoundTrip(r *http.Request) (*http.Response, error) {
	if !trace.SpanContextFromContext(r.Context()).IsValid() {
		return c.next.RoundTrip(r)
	}
	ctx, span := c.tracer.Start(r.Context(), r.Method, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(c.of...))
	span.SetAttributes(attribute.String("http.request.method", r.Method))
	r = r.WithContext(ctx)
	if c.tells {
		r.Header = r.Header.Clone()
		headers.Inject(ctx, propagation.HeaderCarrier(r.Header))
	}
	answer, err := c.next.RoundTrip(r)
	if err != nil {
		ended(span, "no answer")
		return nil, err
	}
	span.SetAttributes(attribute.Int("http.response.status_code", answer.StatusCode))
	wrong := ""
	if answer.StatusCode >= http.StatusBadRequest {
		wrong = failed(answer.StatusCode)
	}
	ended(span, wrong)
	return answer, nil
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the pool.
func (c *calls) CloseIdleConnections() {
	if pool, ok := c.next.(interface{ CloseIdleConnections() }); ok {
		pool.CloseIdleConnections()
	}
}
