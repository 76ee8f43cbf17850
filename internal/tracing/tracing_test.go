package tracing

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// desk is a collector.
type desk struct {
	mu     sync.Mutex
	spans  []*tracepb.Span
	header http.Header
	answer int
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	var sent tracepb.TracesData
	if err := proto.Unmarshal(body, &sent); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	d.header = r.Header
	for _, of := range sent.ResourceSpans {
		for _, in := range of.ScopeSpans {
			d.spans = append(d.spans, in.Spans...)
		}
	}
	w.WriteHeader(max(d.answer, 200))
}

// at makes a tracer that sends to a collector; closing sends what is left.
func at(t *testing.T, d *desk, ratio float64, log io.Writer) (tracer *Tracer, closes func()) {
	t.Helper()
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	tracer, err := New(t.Context(), Config{URL: server.URL + "/v1/traces",
		Headers: map[string]string{"X-Token": "hush"}, Client: server.Client(), Ratio: ratio, ToReceivers: true,
		Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return tracer, func() {
		if err := tracer.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}
}

// tree is what was sent, as lines of name, parent and trace.
func (d *desk) tree(operation uuid.UUID) map[string]string {
	names := map[string]string{}
	for _, s := range d.spans {
		names[string(s.SpanId)] = s.Name
	}
	out := map[string]string{}
	for _, s := range d.spans {
		in := "of another trace"
		if string(s.TraceId) == string(operation[:]) {
			in = "of the operation"
		}
		under := names[string(s.ParentSpanId)]
		if under == "" && len(s.ParentSpanId) > 0 {
			under = "the caller"
		}
		out[s.Name] = strings.TrimSpace(fmt.Sprintf("under %s %s, %d links", under, in, len(s.Links)))
	}
	return out
}

func TestAnOperationIsOneTraceWhoeverGoesOnWithIt(t *testing.T) {
	t.Parallel()
	d := &desk{}
	operation := uuid.Must(uuid.NewV7())
	first, closeFirst := at(t, d, 1, io.Discard)
	r := httptest.NewRequest("POST", "/v2/telematics/messages", nil)
	r.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	ctx, end := first.Request(r)
	first.Accepted(ctx, operation, "message", "create", "acme", time.Now())
	end("POST /v2/telematics/messages", 202)
	closeFirst()

	// Another process, which knows the operation's id alone.
	second, closeSecond := at(t, d, 1, io.Discard)
	var told []http.Header
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		told = append(told, r.Header)
	}))
	defer other.Close()
	call := func(c *http.Client, ctx context.Context) {
		req, _ := http.NewRequestWithContext(ctx, "PUT", other.URL+"/secret?token=hush", strings.NewReader("hush"))
		resp, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	ctx, over := second.Attempt(t.Context(), operation, "acme", 1)
	call(second.Calls(&http.Client{}, "acme"), ctx)
	over("done")
	ctx, over = second.Delivery(t.Context(), operation, "resource_operation.succeeded", 1)
	call(second.Deliveries(&http.Client{}), ctx)
	over("later")
	call(second.Calls(&http.Client{}, "acme"), t.Context())
	closeSecond()

	want := map[string]string{
		"POST /v2/telematics/messages": "under the caller of another trace, 1 links",
		"accept":                       "under  of the operation, 1 links",
		"attempt":                      "under accept of the operation, 0 links",
		"deliver":                      "under accept of the operation, 0 links",
		"PUT":                          "under deliver of the operation, 0 links",
	}
	if diff := cmp.Diff(want, d.tree(operation)); diff != "" {
		t.Error(diff)
	}
	if len(d.spans) != 6 || d.header.Get("X-Token") != "hush" {
		t.Errorf("%d spans, sent with %v", len(d.spans), d.header)
	}
	for _, s := range d.spans {
		if text := s.String(); strings.Contains(text, "hush") || strings.Contains(text, "127.0.0.1") {
			t.Errorf("a span tells %s", text)
		}
	}
	id := strings.ReplaceAll(operation.String(), "-", "")
	if told[0].Get("traceparent") != "" || !strings.Contains(told[1].Get("traceparent"), id) {
		t.Errorf("the TSP was told %q, the receiver %q", told[0].Get("traceparent"), told[1].Get("traceparent"))
	}
}

func TestAPartOfTheOperationsIsFollowedWhole(t *testing.T) {
	t.Parallel()
	d := &desk{}
	tracer, closes := at(t, d, .25, io.Discard)
	const operations = 2000
	for range operations {
		operation := uuid.Must(uuid.NewV7())
		tracer.Accepted(t.Context(), operation, "message", "create", "acme", time.Now())
		_, over := tracer.Attempt(t.Context(), operation, "acme", 1)
		over("done")
	}
	closes()
	parts := map[string]int{}
	for _, s := range d.spans {
		parts[string(s.TraceId)]++
	}
	if n := len(parts); n < operations/5 || n > operations*3/10 {
		t.Errorf("of %d operations %d were followed", operations, n)
	}
	for _, n := range parts {
		if n != 2 {
			t.Errorf("%d spans of an operation", n)
		}
	}
}

func TestACollectorThatTakesNothingIsToldOfOnceAndHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	d, log := &desk{answer: 503}, &strings.Builder{}
	c := &collector{client: http.DefaultClient, log: slog.New(slog.NewTextHandler(log, nil))}
	server := httptest.NewServer(d)
	defer server.Close()
	c.url = server.URL
	for _, answer := range []int{503, 503, 200, 200} {
		d.mu.Lock()
		d.answer = answer
		d.mu.Unlock()
		if err := c.UploadTraces(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}
	text := log.String()
	if strings.Count(text, "WAYBILL_TRACES_URL") != 1 || strings.Count(text, "takes traces again") != 1 {
		t.Errorf("the log says %s", text)
	}
}
