package app_test

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// hooks is a receiver that keeps the events whose signature it verified.
type hooks struct {
	// strict tells that events lack what the document demands and the contract does not have.
	strict  bool
	t       *testing.T
	checker *openapitest.Checker
	mu      sync.Mutex
	got     []hook
	answer  int
	came    chan struct{}
}

type hook struct {
	header http.Header
	body   []byte
}

func (h *hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		h.t.Errorf("a delivery is not gzipped: %v", err)
		return
	}
	body, err := io.ReadAll(z)
	if err != nil {
		h.t.Error(err)
	}
	if err := webhook.Verify(r.Header, body, string(demo.Hook), time.Now()); err != nil {
		h.t.Errorf("a delivery's signature: %v", err)
	}
	if !h.strict {
		h.checker.Event(h.t, r.Header.Get("X-Event-Type"), body)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got = append(h.got, hook{r.Header.Clone(), body})
	w.WriteHeader(h.answer)
	select {
	case h.came <- struct{}{}:
	default:
	}
}
