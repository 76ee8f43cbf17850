// Package tracing follows operations from their acceptance through each call to their TSP to their
// webhooks, and sends what it saw to a collector by OTLP over HTTP. Rooms know nothing of it: they declare
// what they tell.
//
// An operation is one trace, whose id is the operation's: nothing more need be stored to go on with it
// hours later, after a restart or in another process, and whoever has the id of the one has that of the
// other. Spans hold ids of operations, names of routes, TSPs and events, and classes of ends; never a
// payload, a URL, a header or a name that somebody gave.
package tracing

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config is what a Tracer is made of.
type Config struct {
	// URL is where the collector takes spans, and Headers are what it wants to be told.
	URL     string
	Headers map[string]string
	Client  *http.Client
	// Ratio is the part of the operations that are followed, from 0 to 1.
	Ratio float64
	// ToReceivers has receivers told of the trace.
	ToReceivers bool
	Log         *slog.Logger
}

// Tracer follows operations. It may be used from many goroutines.
type Tracer struct {
	provider    *sdk.TracerProvider
	tracer      trace.Tracer
	share       share
	toReceivers bool
}

// New returns a tracer, which sends spans in batches until Close.
func New(ctx context.Context, c Config) (*Tracer, error) {
	exporter, err := otlptrace.New(ctx, &collector{url: c.URL, headers: c.Headers, client: c.Client, log: c.Log})
	if err != nil {
		return nil, fmt.Errorf("beginning to send traces: %w", err)
	}
	part := share(c.Ratio)
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithIDGenerator(ids{}),
		sdk.WithSampler(sdk.ParentBased(part)),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "waybill"))))
	return &Tracer{provider: provider, tracer: provider.Tracer("github.com/waybill-dev/waybill"), share: part,
		toReceivers: c.ToReceivers}, nil
}

// Close sends what was not sent yet.
func (t *Tracer) Close(ctx context.Context) error {
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("sending the last traces: %w", err)
	}
	return nil
}

// root is the span of an operation's acceptance, by the operation's id alone.
func (t *Tracer) root(operation uuid.UUID) trace.SpanContext {
	c := trace.SpanContextConfig{TraceID: trace.TraceID(operation), SpanID: rootID(operation), Remote: true}
	if t.share.takes(c.TraceID) {
		c.TraceFlags = trace.FlagsSampled
	}
	return trace.NewSpanContext(c)
}

// rootID is half of the random bits of the operation's id.
func rootID(operation uuid.UUID) trace.SpanID { return trace.SpanID(operation[8:]) }

// share is the part of all traces that are taken, by the random end of their ids: so all processes take
// the same ones. The SDK's own takes the upper half of these bits, of which a UUID gives the first.
type share float64

// random is how many bits count.
const random = 56

func (s share) takes(id trace.TraceID) bool {
	return float64(binary.BigEndian.Uint64(id[8:])&(1<<random-1)) < float64(s)*(1<<random)
}

// ShouldSample implements the SDK's Sampler.
func (s share) ShouldSample(p sdk.SamplingParameters) sdk.SamplingResult {
	r := sdk.SamplingResult{Decision: sdk.Drop, Tracestate: trace.SpanContextFromContext(p.ParentContext).TraceState()}
	if s.takes(p.TraceID) {
		r.Decision = sdk.RecordAndSample
	}
	return r
}

// Description implements the SDK's Sampler.
func (s share) Description() string { return fmt.Sprintf("share of %v", float64(s)) }

// rootKey is under which a context holds the operation whose root is to be made.
type rootKey struct{}

// ids makes random ids, but for roots of operations.
type ids struct{}

// NewIDs returns the ids of a span without a parent.
func (ids) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	if operation, ok := ctx.Value(rootKey{}).(uuid.UUID); ok {
		return trace.TraceID(operation), rootID(operation)
	}
	var id [24]byte
	_, _ = rand.Read(id[:]) // it never fails
	return trace.TraceID(id[:16]), trace.SpanID(id[16:])
}

// NewSpanID returns the id of a span with a parent.
func (ids) NewSpanID(context.Context, trace.TraceID) (id trace.SpanID) {
	_, _ = rand.Read(id[:]) // it never fails
	return id
}

// ended ends a span; what is wrong is "" if nothing is.
func ended(s trace.Span, wrong string) {
	if wrong != "" {
		s.SetStatus(codes.Error, wrong)
	}
	s.End()
}

// failed is what a status says that is a failure, some of which have no name; 0 is an answer that was cut off.
func failed(status int) string {
	if status == 0 {
		return "cut off"
	}
	return cmp.Or(http.StatusText(status), "status "+strconv.Itoa(status))
}

// since is when a span began that is made at its end.
func since(t time.Time) trace.SpanStartEventOption { return trace.WithTimestamp(t) }
