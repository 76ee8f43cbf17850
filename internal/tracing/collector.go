package tracing

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// How long the collector may take, and how much of its answer is read.
const (
	collectTime = 10 * time.Second
	maxAnswer   = 4 << 10
)

// collector sends spans by OTLP over HTTP, in its binary form. The exporter of OpenTelemetry for the same
// brings gRPC with it, which makes the program a fifth larger, and an http.Client of its own.
type collector struct {
	url     string
	headers map[string]string
	client  *http.Client
	log     *slog.Logger
	// silent tells that the collector took nothing the last time.
	silent atomic.Bool
}

// Start implements otlptrace.Client.
func (*collector) Start(context.Context) error { return nil }

// Stop implements otlptrace.Client.
func (*collector) Stop(context.Context) error { return nil }

// UploadTraces implements otlptrace.Client. What the collector does not take is dropped: traces are to
// help, and nothing may wait for them. It is logged when that begins and ends.
func (c *collector) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	err := c.send(ctx, spans)
	switch was := c.silent.Swap(err != nil); {
	case err != nil && !was:
		c.log.Warn("the collector takes no traces, so they are dropped; see whether WAYBILL_TRACES_URL and its "+
			"headers are right", "error", err)
	case err == nil && was:
		c.log.Info("the collector takes traces again")
	}
	return nil
}

func (c *collector) send(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	// It is the same on the wire as the request of the service, whose type would bring gRPC.
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return fmt.Errorf("encoding traces: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, collectTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("making the request: %w", err)
	}
	for name, value := range c.headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	resp, err := c.client.Do(req)
	if err != nil {
		return fmt.Errorf("sending traces: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // so that the connection can be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("the collector answered %s", resp.Status)
	}
	return nil
}
