package webhook_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// sdkRouter behaves as the router of the contract's Go SDK, which its examples hand to a server as it is: it
// reads the body as it comes, knows events by the name in it, and looks at no signature.
func sdkRouter(handled map[string]int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var envelope struct {
			EventName string         `json:"event_name"`
			Data      jsontext.Value `json:"data"`
		}
		if err != nil || json.Unmarshal(body, &envelope) != nil {
			http.Error(w, "Invalid JSON", http.StatusBadRequest)
			return
		}
		code, ok := handled[envelope.EventName]
		if !ok {
			code = http.StatusNotFound
		}
		w.WriteHeader(code)
	}
}

func gunzip(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Encoding") == "gzip" {
			unpacked, err := gzip.NewReader(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(http.MaxBytesReader(w, unpacked, 4<<20))
		}
		next.ServeHTTP(w, r)
	})
}

func TestTheWrapperOfTheDocumentsLetsTheSDKsRouterReadGzip(t *testing.T) {
	t.Parallel()
	s := receiver(t, gunzip(sdkRouter(map[string]int{event.OperationCreated: http.StatusNoContent})).ServeHTTP)
	d := to(s.URL)
	d.Subscription.Encoding = webhook.Gzip
	if got := newSender(t, loopback, 10*time.Second).Send(t.Context(), d); got.StatusCode != http.StatusNoContent {
		t.Errorf("got %+v", got)
	}
	here, err := os.ReadFile("encoding_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(here), "func gunzip(")
	code, _, _ = strings.Cut(code, "\n}\n")
	shown, err := os.ReadFile(filepath.Join("..", "..", "docs", "webhooks.md"))
	if err != nil {
		t.Fatal(err)
	}
	if code == "" || !strings.Contains(string(shown), "func gunzip("+code+"\n}\n") {
		t.Error("docs/webhooks.md shows another wrapper than the one that was tried")
	}
}

// script is a receiver that keeps how each request was encoded and answers by it.
type script struct {
	mu      sync.Mutex
	seen    []string
	ids     []string
	answers map[string]int
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	encoding := r.Header.Get("Content-Encoding")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, encoding)
	s.ids = append(s.ids, r.Header.Get("X-Request-ID"))
	w.WriteHeader(s.answers[encoding])
}

func TestTheRouterOfTheContractsSDKGetsEveryEvent(t *testing.T) {
	t.Parallel()
	s := receiver(t, sdkRouter(map[string]int{event.OperationCreated: http.StatusNoContent}))
	sender, d := newSender(t, loopback, 10*time.Second), to(s.URL)
	d.Subscription.Encoding = webhook.Automatic
	for n := range 3 {
		got := sender.Send(t.Context(), d)
		if got.Verdict != webhook.Delivered || got.StatusCode != http.StatusNoContent || got.Err != "" || got.Learned != webhook.Identity {
			t.Errorf("delivery %d: %+v", n, got)
		}
		d.Subscription = d.Subscription.After(got, noon)
	}
	if d.Subscription.Refused != 0 || d.Subscription.Learned != webhook.Identity {
		t.Errorf("left as %+v", d.Subscription)
	}
	d.Event.Name = event.OperationFailed
	if got := sender.Send(t.Context(), d); got.StatusCode != http.StatusNotFound || !got.Refused || got.Err == "" {
		t.Errorf("an event without a route: %+v", got)
	}
}

func TestHowADeliveryIsEncoded(t *testing.T) {
	t.Parallel()
	both, plain, packed := []string{"gzip", ""}, []string{""}, []string{"gzip"}
	for says, c := range map[string]struct {
		wanted, known webhook.Encoding
		gzip, plain   int // the receiver's answers
		seen          []string
		status        int
		learned       webhook.Encoding
	}{
		"a receiver that unpacks":                           {webhook.Automatic, "", 202, 202, packed, 202, webhook.Gzip},
		"one that takes it for broken JSON":                 {webhook.Automatic, "", 400, 202, both, 202, webhook.Identity},
		"one that knows no such encoding":                   {webhook.Automatic, "", 415, 202, both, 202, webhook.Identity},
		"one that expects another form":                     {webhook.Automatic, "", 422, 202, both, 202, webhook.Identity},
		"one that checks the signature over what it got":    {webhook.Automatic, "", 401, 202, both, 202, webhook.Identity},
		"another of that kind":                              {webhook.Automatic, "", 403, 202, both, 202, webhook.Identity},
		"a router that reads it and knows no route":         {webhook.Automatic, "", 400, 404, both, 404, webhook.Identity},
		"one that refuses both":                             {webhook.Automatic, "", 400, 400, both, 400, ""},
		"one that refuses both for want of a right":         {webhook.Automatic, "", 401, 403, both, 403, ""},
		"one that fails at the second":                      {webhook.Automatic, "", 400, 500, both, 500, ""},
		"one that wants time at the second":                 {webhook.Automatic, "", 400, 429, both, 429, ""},
		"a wrong path":                                      {webhook.Automatic, "", 404, 202, packed, 404, ""},
		"a failure":                                         {webhook.Automatic, "", 500, 202, packed, 500, ""},
		"one that is known to take it as it is":             {webhook.Automatic, webhook.Identity, 202, 400, plain, 400, ""},
		"one that is known to unpack, and does no more":     {webhook.Automatic, webhook.Gzip, 400, 202, both, 202, webhook.Identity},
		"gzip asked for":                                    {webhook.Gzip, "", 400, 202, packed, 400, ""},
		"gzip asked for where something else was known":     {webhook.Gzip, webhook.Identity, 202, 202, packed, 202, webhook.Gzip},
		"no compression asked for":                          {webhook.Identity, "", 202, 202, plain, 202, webhook.Identity},
		"no compression asked for where gzip is known good": {webhook.Identity, webhook.Gzip, 202, 400, plain, 400, ""},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			to, at := to(""), &script{answers: map[string]int{"gzip": c.gzip, "": c.plain}}
			to.Subscription.URL = receiver(t, at.ServeHTTP).URL
			to.Subscription.Encoding, to.Subscription.Learned = c.wanted, c.known
			got := newSender(t, loopback, 10*time.Second).Send(t.Context(), to)
			if diff := cmp.Diff(c.seen, at.seen); diff != "" || got.StatusCode != c.status || got.Learned != c.learned {
				t.Errorf("sent as %q, told %+v", at.seen, got)
			}
			if slices.Sort(at.ids); len(slices.Compact(at.ids)) != len(at.seen) {
				t.Errorf("two requests have one id: %s", at.ids)
			}
		})
	}
}

func TestOnlyWhatIsAutomaticLearns(t *testing.T) {
	t.Parallel()
	for _, encoding := range []webhook.Encoding{webhook.Gzip, webhook.Identity} {
		s := webhook.Subscription{Encoding: encoding, Status: webhook.Active}
		if got := s.After(webhook.Result{Verdict: webhook.Delivered, Learned: encoding}, noon); got.Learned != "" {
			t.Errorf("%s has learned %s", encoding, got.Learned)
		}
	}
}

func TestASecondRequestIsSignedForWhatItHolds(t *testing.T) {
	t.Parallel()
	var verified []error
	s := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		verified = append(verified, webhook.Verify(r.Header, unpacked(t, r), "s3cret", time.Now()))
		if r.Header.Get("Content-Encoding") == "gzip" {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	d := to(s.URL)
	d.Subscription.Encoding = webhook.Automatic
	newSender(t, loopback, 10*time.Second).Send(t.Context(), d)
	if diff := cmp.Diff([]error{nil, nil}, verified); diff != "" {
		t.Error(diff)
	}
}

// unpacked returns the body of a request behind its encoding.
func unpacked(t *testing.T, r *http.Request) []byte {
	t.Helper()
	in := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(in)
		if err != nil {
			t.Error(err)
			return nil
		}
		in = z
	}
	body, err := io.ReadAll(in)
	if err != nil {
		t.Error(err)
	}
	return body
}
