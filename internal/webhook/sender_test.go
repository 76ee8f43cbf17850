package webhook_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/webhook"
)

var loopback = outbound.Policy{AllowLoopback: true, AllowHTTP: true}

func TestADeliveryArrivesSignedAndCompressed(t *testing.T) {
	t.Parallel()
	s := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		body, err := io.ReadAll(unpacked)
		if err != nil {
			t.Error(err)
		}
		if err := webhook.Verify(r.Header, body, "s3cret", time.Now()); err != nil {
			t.Error(err)
		}
		if r.Method != http.MethodPost || !bytes.Contains(body, []byte(`"data":[{"a":1}]`)) {
			t.Errorf("%s %s", r.Method, body)
		}
		w.WriteHeader(http.StatusAccepted)
	})
	sender := newSender(t, loopback, 10*time.Second)
	for range 2 { // the second one takes a used gzip writer
		got := sender.Send(t.Context(), to(s.URL))
		if got.Verdict != webhook.Delivered || got.StatusCode != http.StatusAccepted || got.Err != "" || got.Duration <= 0 {
			t.Errorf("got %+v", got)
		}
	}
}

func TestAttemptsDifferInRequestIDOnly(t *testing.T) {
	t.Parallel()
	var seen []http.Header
	s := receiver(t, func(_ http.ResponseWriter, r *http.Request) { seen = append(seen, r.Header) })
	sender := newSender(t, loopback, 10*time.Second)
	first, second := to(s.URL), to(s.URL)
	second.Attempt = 2
	sender.Send(t.Context(), first)
	sender.Send(t.Context(), second)
	if seen[0].Get("X-Request-ID") == seen[1].Get("X-Request-ID") {
		t.Error("two attempts have the same request id")
	}
	if seen[0].Get("webhook-id") != seen[1].Get("webhook-id") || seen[0].Get("webhook-id") != first.Event.ID.String() {
		t.Error("the event id changed")
	}
	if seen[1].Get("X-Delivery-Attempt") != "2" {
		t.Errorf("attempt %s", seen[1].Get("X-Delivery-Attempt"))
	}
}

func TestAnswersAreJudged(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		status     int
		retryAfter string
		verdict    webhook.Verdict
		wait       time.Duration
	}{
		{"200 is delivered", 200, "", webhook.Delivered, 0},
		{"410 ends the delivery", 410, "", webhook.Gone, 0},
		{"429 is tried again", 429, "", webhook.Retry, 0},
		{"429 says when", 429, "17", webhook.Retry, 17 * time.Second},
		{"a fraction of a second is understood", 429, "1.5", webhook.Retry, 1500 * time.Millisecond},
		{"503 says when", 503, "60", webhook.Retry, time.Minute},
		{"a date in the past means nothing", 503, "Thu, 15 Jan 2026 10:00:00 GMT", webhook.Retry, 0},
		{"a far date is cut to an hour", 503, "Thu, 15 Jan 2099 10:00:00 GMT", webhook.Retry, time.Hour},
		{"an absurd wait is cut to an hour", 503, "1e300", webhook.Retry, time.Hour},
		{"nonsense means nothing", 503, "NaN", webhook.Retry, 0},
		{"less than nothing means nothing", 503, "-5", webhook.Retry, 0},
		{"500 is tried again", 500, "", webhook.Retry, 0},
		{"Retry-After means nothing beside 500", 500, "60", webhook.Retry, 0},
		{"an unknown 5xx is tried again", 599, "", webhook.Retry, 0},
	}
	sender := newSender(t, loopback, 10*time.Second)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				if tt.retryAfter != "" {
					w.Header().Set("Retry-After", tt.retryAfter)
				}
				w.WriteHeader(tt.status)
			})
			got := sender.Send(t.Context(), to(s.URL))
			if got.Verdict != tt.verdict || got.StatusCode != tt.status || got.RetryAfter != tt.wait {
				t.Errorf("got %+v", got)
			}
			if (got.Err == "") != (tt.verdict == webhook.Delivered) || got.Err != "" && !strings.HasSuffix(got.Err, ".") {
				t.Errorf("error %q", got.Err)
			}
		})
	}
}

// The contract counts whatever is not 5xx as delivered. Whoever has a wrong route is to see it all the
// same.
func TestAnAnswerThatIsNoSuccessIsDeliveredAndTold(t *testing.T) {
	t.Parallel()
	sender := newSender(t, loopback, 10*time.Second)
	for _, tt := range []struct {
		status int
		tells  string
	}{
		{302, "answered 302 Found; it counts as delivered, as the contract says, and is not sent again. Redirects are not followed"},
		{404, "answered 404 Not Found; it counts as delivered, as the contract says, and is not sent again. Look at the path"},
		{401, "answered 401 Unauthorized; it counts as delivered, as the contract says, and is not sent again. Look at the receiver's secret"},
		{413, "answered 413 Request Entity Too Large; it counts as delivered, as the contract says, and is not sent again. Let the receiver take"},
		{499, "answered 499; it counts as delivered, as the contract says, and is not sent again. Look into the receiver's log"},
	} {
		s := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(tt.status)
		})
		got := sender.Send(t.Context(), to(s.URL))
		if got.Verdict != webhook.Delivered || !got.Refused || got.RetryAfter != 0 || !strings.Contains(got.Err, tt.tells) ||
			!strings.Contains(got.Err, "retry_refused") {
			t.Errorf("%d: got %+v", tt.status, got)
		}
		picky := to(s.URL)
		picky.Subscription.RetryRefused = true
		got = sender.Send(t.Context(), picky)
		if got.Verdict != webhook.Retry || got.Refused || got.RetryAfter != 0 || !strings.Contains(got.Err, "asks for another try") {
			t.Errorf("%d of a subscription that asks for another try: got %+v", tt.status, got)
		}
	}
}

func TestNoWishToRetryOutlivesAReceiverThatIsGone(t *testing.T) {
	t.Parallel()
	s := receiver(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	d := to(s.URL)
	d.Subscription.RetryRefused = true
	got := newSender(t, loopback, 10*time.Second).Send(t.Context(), d)
	if got.Verdict != webhook.Gone || !strings.Contains(got.Err, "POST /v2/notifications/webhooks/"+d.Subscription.ID.String()+"/activate") {
		t.Errorf("got %+v", got)
	}
}

func TestAHugeAnswerIsNotRead(t *testing.T) {
	t.Parallel()
	var written int
	var done sync.WaitGroup
	done.Add(1)
	s := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
		defer done.Done()
		for chunk := make([]byte, 64<<10); ; written += len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	if got := newSender(t, loopback, 10*time.Second).Send(t.Context(), to(s.URL)); got.Verdict != webhook.Delivered {
		t.Errorf("got %+v", got)
	}
	done.Wait()
	if written > 64<<20 {
		t.Errorf("%d bytes were taken", written)
	}
}

func TestAReceiverThatHangsIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := receiver(t, func(_ http.ResponseWriter, r *http.Request) { hang(r) })
	got := newSender(t, loopback, 30*time.Millisecond).Send(t.Context(), to(s.URL))
	checkRetry(t, got, "did not answer within 30ms")
}

func TestAnAnswerWhoseBodyNeverEndsIsDelivered(t *testing.T) {
	t.Parallel()
	s := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		w.(http.Flusher).Flush()
		hang(r)
	})
	got := newSender(t, loopback, 200*time.Millisecond).Send(t.Context(), to(s.URL))
	if got.Verdict != webhook.Delivered || got.StatusCode != http.StatusAccepted {
		t.Errorf("got %+v", got)
	}
}

func TestAReceiverThatSwitchesProtocolsHoldsNoLane(t *testing.T) {
	t.Parallel()
	s := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
	sender, ended := newSender(t, loopback, 10*time.Second), make(chan webhook.Result, 1)
	go func() { ended <- sender.Send(t.Context(), to(s.URL)) }()
	select {
	case got := <-ended:
		if got.Verdict != webhook.Delivered || got.StatusCode != http.StatusSwitchingProtocols {
			t.Errorf("got %+v", got)
		}
	case <-time.After(time.Minute):
		s.CloseClientConnections()
		t.Fatal("the attempt outlives its timeout")
	}
}

// hang holds a request until its sender leaves, which a server sees only once it has read the
// whole body.
func hang(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func checkRetry(t *testing.T, got webhook.Result, want string) {
	t.Helper()
	if got.Verdict != webhook.Retry || got.StatusCode != 0 || !strings.Contains(got.Err, want) {
		t.Errorf("got %+v, want a retry that says %q", got, want)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func to(url string) webhook.Delivery {
	return webhook.Delivery{
		Subscription: webhook.Subscription{ID: uuid.New(), URL: url, EventName: event.OperationCreated, Secret: "s3cret"},
		Event: event.Event{ID: uuid.MustParse("019bc0a2-0000-7000-8000-000000000001"), Name: event.OperationCreated,
			OccurredAt: noon, Data: []byte(`{"a":1}`)},
		Attempt: 1,
	}
}

func newSender(t *testing.T, p outbound.Policy, timeout time.Duration) *webhook.Sender {
	t.Helper()
	client := outbound.Receiver(p, timeout)
	t.Cleanup(client.CloseIdleConnections)
	return webhook.NewSender(client, time.Now)
}

func receiver(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}
