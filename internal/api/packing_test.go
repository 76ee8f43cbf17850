package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
)

// packed is a text in gzip.
func packed(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.String()
}

func TestAPackedBodyIsTheOneThatWasPacked(t *testing.T) {
	t.Parallel()
	s := &submitted{}
	c := serve(t, s)
	const line = "POST /v2/telematics/messages"
	c.do(line, ` {"a": 1.50} `, "Idempotency-Key", "k")
	for _, coding := range []string{"gzip", "x-gzip", " GZIP "} {
		c.do(line, packed(` {"a": 1.50} `), "Content-Encoding", coding, "Idempotency-Key", "k")
	}
	if len(s.asked) != 4 {
		t.Fatalf("%d were submitted", len(s.asked))
	}
	for _, asked := range s.asked {
		if string(asked.Body) != ` {"a": 1.50} ` || !bytes.Equal(asked.Key.Fingerprint, s.asked[0].Key.Fingerprint) {
			t.Errorf("%s, %x", asked.Body, asked.Key.Fingerprint)
		}
	}
}

func TestABombIsRefusedBeforeItIsUnpacked(t *testing.T) {
	t.Parallel()
	bomb := packed(strings.Repeat(" ", 64<<20))
	for says, c := range map[string]struct{ body, coding, text string }{
		"a bomb": {bomb, "gzip", "the body is larger than 1 MiB when it is unpacked"},
		"many in a row": {strings.Repeat(packed(strings.Repeat(" ", 1<<10)), 1100), "gzip",
			"the body is larger than 1 MiB when it is unpacked"},
		"half of one":    {packed("{}")[:12], "gzip", "is none, or is not whole"},
		"a wrong sum":    {packed("{}")[:16] + "12345678", "gzip", "is none, or is not whole"},
		"twice packed":   {packed(packed("{}")), "gzip, gzip", "the body is encoded as gzip, gzip"},
		"too large sent": {strings.Repeat("a", 1<<20+1), "gzip", "the body is larger than 1 MiB"},
	} {
		s := &submitted{}
		a := serve(t, s).do("POST /v2/telematics/messages", c.body, "Content-Encoding", c.coding)
		if a.Code != 400 && a.Code != 415 || !strings.Contains(a.Body.String(), c.text) || len(s.asked) > 0 {
			t.Errorf("%s: %d %s", says, a.Code, a.Body)
		}
		if told := a.Header().Get("Accept-Encoding"); (told == "gzip, identity") != (a.Code == 415) {
			t.Errorf("%s: %d tells that %q is taken", says, a.Code, told)
		}
	}
}

func TestALargeAnswerIsPackedForWhoeverTakesThat(t *testing.T) {
	t.Parallel()
	c := serve(t, nil)
	plain := c.do("GET /openapi.yaml", "")
	for accepts, want := range map[string]string{"": "", "gzip": "gzip", "br, gzip;q=0.5": "gzip", "x-gzip": "gzip",
		"gzip;q=0": "", "gzip; q=0.0": "", "identity": "", "deflate": "", "gzip;q=x": ""} {
		a := c.do("GET /openapi.yaml", "", "Accept-Encoding", accepts)
		text := a.Body.Bytes()
		if a.Header().Get("Content-Encoding") != want || a.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("for %q: %v", accepts, a.Header())
		}
		if want == "gzip" {
			z, err := gzip.NewReader(a.Body)
			if err != nil {
				t.Fatal(err)
			}
			packedSize := len(text)
			if text, err = io.ReadAll(z); err != nil || packedSize*3 > len(text) {
				t.Errorf("for %q: %d bytes stand for %d, %v", accepts, packedSize, len(text), err)
			}
		}
		if !bytes.Equal(text, plain.Body.Bytes()) {
			t.Errorf("for %q it is another", accepts)
		}
	}
	if a := c.do("GET /healthz", "", "Accept-Encoding", "gzip"); a.Header().Get("Content-Encoding") != "" {
		t.Errorf("a small one: %v", a.Header())
	}
}

// large answers a write with an operation that is large.
type large struct{ *submitted }

func (l large) Submit(ctx context.Context, r operation.Request) (operation.Operation, bool, error) {
	op, again, err := l.submitted.Submit(ctx, r)
	op.Payload = []byte(`{"message_text":"` + strings.Repeat("a", 10_000) + `"}`)
	return op, again, err
}

// What a caller sends stands in answers to POST beside secrets; their length must tell nothing.
func TestAnAnswerToWhatChangesSomethingIsNeverPacked(t *testing.T) {
	t.Parallel()
	a := serve(t, large{&submitted{}}).do("POST /v2/telematics/messages", "{}", "Accept-Encoding", "gzip")
	if a.Code != 202 || a.Body.Len() < 10_000 || a.Header().Get("Content-Encoding") != "" {
		t.Errorf("%d %v, %d bytes", a.Code, a.Header(), a.Body.Len())
	}
}

func TestAnAnswerKeepsBrowsersAndCachesFromDoingMore(t *testing.T) {
	t.Parallel()
	c := serve(t, &submitted{})
	for _, line := range []string{"GET /healthz", "GET /nowhere", "POST /v2/telematics/messages", "DELETE /healthz"} {
		h := c.do(line, "{}").Header()
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" ||
			h.Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'" ||
			h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: %v", line, h)
		}
	}
	r, w := httptest.NewRequest("GET", "https://waybill.example/healthz", nil), httptest.NewRecorder()
	c.ServeHTTP(w, r)
	if w.Header().Get("Strict-Transport-Security") != "max-age=31536000" {
		t.Errorf("over TLS: %v", w.Header())
	}
}

func TestAPathThatIsNotPlainIsNowhereAndNotElsewhere(t *testing.T) {
	t.Parallel()
	c := serve(t, nil)
	for given, plain := range map[string]string{"//v2/telematics/vehicles": "/v2/telematics/vehicles",
		"/v2/../healthz": "/healthz", "/./healthz": "/healthz"} {
		a := c.do("GET "+given, "")
		if a.Code != 404 || !strings.Contains(a.Body.String(), `there is nothing at this path; write it as `+plain+`"`) {
			t.Errorf("%s: %d %s", given, a.Code, a.Body)
		}
	}
}

// slow is a room that needs longer than a request may take to arrive.
type slow struct{ *submitted }

func (s slow) Submit(ctx context.Context, r operation.Request) (operation.Operation, bool, error) {
	select {
	case <-ctx.Done():
		return operation.Operation{}, false, ctx.Err()
	case <-time.After(600 * time.Millisecond):
		return s.submitted.Submit(ctx, r)
	}
}

func TestTheTimeForARequestsArrivalDoesNotCountForItsAnswer(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(serve(t, slow{&submitted{}}))
	server.Config.ReadTimeout = 200 * time.Millisecond
	server.Start()
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/v2/telematics/messages",
		strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer token")
	r.Header.Set("Content-Type", "application/json")
	resp, err := server.Client().Do(r)
	if err != nil || resp.StatusCode != 202 {
		t.Errorf("%v, %v", resp, err)
	}
}
