package webhook_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestAnAttemptTakesThreeSecondsAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		began := time.Now()
		got := webhook.NewSender(&http.Client{Transport: silent}, time.Now).Send(t.Context(), to("https://a.example/x"))
		checkRetry(t, got, "within 3s")
		if took := time.Since(began); took != 3*time.Second || got.Duration != took {
			t.Errorf("took %s, told %s", took, got.Duration)
		}
	})
}

func TestAnAttemptThatWeEndOurselvesIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	s := receiver(t, func(_ http.ResponseWriter, r *http.Request) {
		stop()
		hang(r)
	})
	got := newSender(t, loopback, 10*time.Second).Send(ctx, to(s.URL))
	if got.Verdict != webhook.Interrupted || got.StatusCode != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestConnectionFailuresAreToldWithoutAddressOrURL(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	plain := receiver(t, func(http.ResponseWriter, *http.Request) {})
	secure := httptest.NewUnstartedServer(nil)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of the handshake that we end
	secure.StartTLS()
	t.Cleanup(secure.Close)
	dropped := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = c.Close()
		}
	})
	lost := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "a.example", Server: "10.0.0.53:53"}
	})}
	inPlain := strings.Replace(plain.URL, "http:", "https:", 1)
	tests := []struct {
		name   string
		sender *webhook.Sender
		url    string
		want   string
	}{
		{"nobody listens", newSender(t, loopback, 10*time.Second), closed.URL, "refused the connection"},
		{"loopback is not allowed", newSender(t, outbound.Policy{}, 10*time.Second), inPlain, "Nothing was sent, because the URL "},
		{"http is not allowed", newSender(t, outbound.Policy{AllowLoopback: true}, 10*time.Second), plain.URL, "Nothing was sent, because the URL "},
		{"no TLS", newSender(t, loopback, 10*time.Second), inPlain, "not speak TLS"},
		{"an unknown issuer", newSender(t, loopback, 10*time.Second), secure.URL, "its issuer is unknown"},
		{"no answer", newSender(t, loopback, 10*time.Second), dropped.URL, "failed before it answered"},
		{"no such name", webhook.NewSender(lost, time.Now), "https://a.example", "cannot be resolved"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.sender.Send(t.Context(), to(tt.url+"/hooks/token"))
			checkRetry(t, got, tt.want)
			if strings.Contains(got.Err, "token") || strings.Contains(got.Err, "10.0.0.53") || got.Cause == nil {
				t.Errorf("told %q of %v", got.Err, got.Cause)
			}
		})
	}
}

func TestNothingThatAReceiverSaysButItsStatusIsTold(t *testing.T) {
	t.Parallel()
	const secret = "SECRET"
	for _, code := range []int{200, 301, 400, 401, 404, 405, 410, 413, 418, 429, 500, 503, 599} {
		s := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = fmt.Fprintf(c, "HTTP/1.1 %d %s\r\nLocation: /%[2]s\r\nRetry-After: %[2]s\r\nContent-Length: 6\r\n\r\n%[2]s", code, secret)
				_ = c.Close()
			}
		})
		got := newSender(t, loopback, 10*time.Second).Send(t.Context(), to(s.URL))
		if got.StatusCode != code || strings.Contains(got.Err, secret) {
			t.Errorf("of %d is told %d %q", code, got.StatusCode, got.Err)
		}
	}
	for _, answer := range []string{secret + " mail\r\n", "HTTP/1.1 " + secret + "\r\n\r\n", "HTTP/1.1 200 OK\r\n" + secret + "\r\n\r\n",
		"HTTP/" + secret + " 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + secret + "\r\n\r\n"} {
		s := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = io.WriteString(c, answer)
				_ = c.Close()
			}
		})
		if got := newSender(t, loopback, 10*time.Second).Send(t.Context(), to(s.URL)); got.Err == "" || strings.Contains(got.Err, secret) {
			t.Errorf("of %q is told %q", answer, got.Err)
		}
	}
}

func TestAnAnswerThatIsNoneIsToldApartFromNoAnswer(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"another protocol":   "220 mail.example ESMTP\r\n",
		"a broken header":    "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
		"half a head":        "HTTP/1.1 200 OK\r\nContent-Le",
		"a head without end": "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 11<<20) + "\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
				c, _, err := w.(http.Hijacker).Hijack()
				if err == nil {
					_, _ = io.WriteString(c, answer)
					_ = c.Close()
				}
			})
			checkRetry(t, newSender(t, loopback, 10*time.Second).Send(t.Context(), to(s.URL)), "answered with what is no HTTP")
		})
	}
}

func TestWhatOurOwnMachineLacksSaysNothingOfTheReceiver(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		err    error
		theirs bool
	}{
		"nobody listens":             {syscall.ECONNREFUSED, true},
		"it hangs up":                {io.ErrUnexpectedEOF, true},
		"it is too slow":             {context.DeadlineExceeded, true},
		"the policy refuses its URL": {&outbound.Refusal{Reason: "is private"}, true},
		"there is no such name":      {&net.DNSError{IsNotFound: true}, true},
		"no name server answers":     {&net.DNSError{IsTimeout: true, IsTemporary: true}, false},
		"no descriptor is left":      {&net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.EMFILE)}, false},
		"nor one of the machine's":   {os.NewSyscallError("socket", syscall.ENFILE), false},
		"no port is left":            {os.NewSyscallError("connect", syscall.EADDRNOTAVAIL), false},
		"the network is down":        {os.NewSyscallError("connect", syscall.ENETDOWN), false},
		"no buffer is left":          {os.NewSyscallError("connect", syscall.ENOBUFS), false},
		"no memory is left":          {os.NewSyscallError("socket", syscall.ENOMEM), false},
		"there is no way anywhere":   {os.NewSyscallError("connect", syscall.ENETUNREACH), false},
	} {
		for _, connects := range []bool{false, true} {
			client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if connects {
					httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
				}
				return nil, c.err
			})}
			d := to("https://a.example")
			d.Attempt = 7
			got := webhook.NewSender(client, time.Now).Send(t.Context(), d)
			if got.Verdict != webhook.Retry || (got.Attempt == 7) != c.theirs || got.URL != d.Subscription.URL ||
				got.Unsent != (!c.theirs && !connects) {
				t.Errorf("%s, connected %v: got %+v", says, connects, got)
			}
		}
	}
	d := to("https://a.example")
	d.Event.Data = []byte("{")
	if got := newSender(t, loopback, time.Second).Send(t.Context(), d); got.Verdict != webhook.Retry || got.Attempt != 0 ||
		!got.Unsent {
		t.Errorf("an event that cannot be written: %+v", got)
	}
}

func TestAttemptsAreLogged(t *testing.T) {
	t.Parallel()
	d := to("https://a.example")
	message, ms := "The receiver answered 503 Service Unavailable.", 12
	failed := webhook.Result{Verdict: webhook.Retry, StatusCode: 503, Err: message, Duration: 12*time.Millisecond + 900}
	got := failed.Log(d, noon)
	want := webhook.DeliveryLog{ID: got.ID, Subscription: d.Subscription.ID, EventID: d.Event.ID, EventName: d.Event.Name,
		Status: webhook.LogFailed, StatusCode: 503, ErrorMessage: &message, ResponseTimeMS: &ms, CreatedAt: noon.Truncate(time.Microsecond), Attempt: 1}
	if diff := cmp.Diff(want, got); diff != "" || got.ID.Version() != 7 {
		t.Error(diff)
	}
	unanswered := webhook.Result{Verdict: webhook.Retry, Err: "x.", Duration: time.Second}.Log(d, noon)
	if unanswered.StatusCode != 0 || unanswered.ResponseTimeMS != nil {
		t.Errorf("got %+v", unanswered)
	}
	if done := (webhook.Result{Verdict: webhook.Delivered, StatusCode: 404}).Log(d, noon); done.Status != webhook.LogSuccess || done.ErrorMessage != nil {
		t.Errorf("got %+v", done)
	}
}
