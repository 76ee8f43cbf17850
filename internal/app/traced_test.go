package app_test

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/waybill-dev/waybill/internal/config"
)

// collector takes traces.
type collector struct {
	mu    sync.Mutex
	spans []*tracepb.Span
	raw   strings.Builder
}

func (c *collector) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var sent tracepb.TracesData
	if proto.Unmarshal(body, &sent) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	for _, of := range sent.ResourceSpans {
		for _, in := range of.ScopeSpans {
			c.spans = append(c.spans, in.Spans...)
		}
	}
}

func TestAWriteIsOneTraceFromItsRequestToItsWebhooks(t *testing.T) {
	t.Parallel()
	to := &collector{}
	server := httptest.NewServer(to)
	t.Cleanup(server.Close)
	c := config.Default()
	c.Traces.URL, c.Traces.ToReceivers = server.URL, true
	h := openWith(t, c)
	const caller = "0af7651916cd43dd8448eb211c80319c"
	op := h.do("POST", messages, h.message("a text that is nobody's"),
		"traceparent", "00-"+caller+"-b7ad6b7169203331-01").field("id")
	for _, path := range []string{messages, "/nothing"} {
		h.do("GET", path, "", "Authorization", "Bearer a-strangers", "traceparent",
			"00-00000000000000010000000000000001-b7ad6b7169203331-01")
	}
	h.until("both webhooks have come", func() bool { return len(h.hooks.told("traceparent")) == 2 })
	h.stop()

	trace := strings.ReplaceAll(op, "-", "")
	var names []string
	for _, s := range to.spans {
		switch of := hex.EncodeToString(s.TraceId); of {
		case trace:
			names = append(names, s.Name)
		case caller:
			if s.Name != "POST /v2/telematics/messages" || len(s.Links) != 1 ||
				hex.EncodeToString(s.Links[0].TraceId) != trace {
				t.Errorf("the caller's trace has %s, which leads to %v", s.Name, s.Links)
			}
		default:
			t.Errorf("%s is of trace %s", s.Name, of)
		}
	}
	slices.Sort(names)
	for _, want := range []string{"POST", "accept", "attempt", "deliver"} {
		if !slices.Contains(names, want) {
			t.Errorf("the operation's trace has %v", names)
		}
	}
	raw := to.raw.String()
	for _, secret := range []string{"nobody's", h.token, "127.0.0.1", "Bearer"} {
		if strings.Contains(raw, secret) {
			t.Errorf("a trace tells %q", secret)
		}
	}
	for _, told := range h.hooks.told("traceparent") {
		if !strings.HasPrefix(told, "00-"+trace+"-") {
			t.Errorf("the receiver was told %q", told)
		}
	}
}

// told is a header of each delivery.
func (h *hooks) told(header string) (all []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, one := range h.got {
		all = append(all, one.header.Get(header))
	}
	return all
}
