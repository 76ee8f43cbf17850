package webhook_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// tester is a desk whose tests are sent and noted.
func tester(t *testing.T, send func(context.Context, webhook.Delivery) webhook.Result, body string) (d *desk, noted *[]uuid.UUID) {
	t.Helper()
	noted = new([]uuid.UUID)
	var mu sync.Mutex
	d = &desk{t: t, store: &memory{}, now: noon}
	d.Service = webhook.New(webhook.Config{Store: d.store, Sealer: binder{}, URLs: loopback, Most: 50, Now: func() time.Time { return d.now },
		Tests: webhook.Tests{Send: send, Note: func(_ context.Context, id uuid.UUID) error {
			mu.Lock()
			defer mu.Unlock()
			*noted = append(*noted, id)
			return nil
		}}})
	d.id = mustCreate(t, d.Service, body).Subscriptions[0].ID
	return d, noted
}

func TestATestIsMarkedAndSignedAndChangesNothing(t *testing.T) {
	t.Parallel()
	answers := http.StatusAccepted
	var came http.Header
	s := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		body, err := io.ReadAll(z)
		if err != nil {
			t.Error(err)
		}
		if err := webhook.Verify(r.Header, body, "0123456789ab", time.Now()); err != nil {
			t.Error(err)
		}
		if came = r.Header; !strings.Contains(string(body), `"event_name":"webhook.test"`) || !strings.Contains(string(body), `"event_name":"vehicle.added"`) {
			t.Errorf("sent %s", body)
		}
		w.WriteHeader(answers)
	})
	d, noted := tester(t, newSender(t, loopback, 10*time.Second).Send, `{"url":"`+s.URL+`/in","event_name":"vehicle.added","secret":"0123456789ab"}`)
	before := d.store.subs[0]
	for answer, wants := range map[int]struct {
		outcome webhook.TestOutcome
		says    string
	}{202: {webhook.TestDelivered, ""}, 410: {webhook.TestRefused, "all subscriptions to its URL pause"}, 503: {webhook.TestRefused, "sent again later"},
		404: {webhook.TestRefused, "counts as delivered, as the contract says"}, 429: {webhook.TestRefused, "sent again later"}} {
		answers, d.now = answer, d.now.Add(10*time.Second)
		got, err := d.Test(t.Context(), acme, d.id)
		if err != nil || got.Outcome != wants.outcome || got.StatusCode == nil || *got.StatusCode != answer || got.ResponseTimeMS == nil ||
			(got.Problem == nil) != (wants.says == "") || got.Problem != nil && !strings.Contains(*got.Problem, wants.says) {
			t.Errorf("%d: %+v, %v", answer, got, err)
		}
		if came.Get("X-Waybill-Test") != "true" || came.Get("X-Event-Type") != "webhook.test" || came.Get("webhook-id") != got.Message.String() {
			t.Errorf("%d: sent %v", answer, came)
		}
	}
	if diff := cmp.Diff(before, d.store.subs[0]); diff != "" || len(d.store.told) > 0 || len(d.store.logs) > 0 || len(*noted) != 5 {
		t.Errorf("changed %s, told %v, noted %v", diff, d.store.told, *noted)
	}
}

func TestATestThatIsNotAnsweredSaysWhyAndTheAddressPolicyHolds(t *testing.T) {
	t.Parallel()
	s := receiver(t, func(http.ResponseWriter, *http.Request) { t.Error("a refused address was asked") })
	d, _ := tester(t, newSender(t, outbound.Policy{AllowHTTP: true}, 10*time.Second).Send, `{"url":"`+s.URL+`","event_name":"vehicle.added"}`)
	got, err := d.Test(t.Context(), acme, d.id)
	if err != nil || got.Outcome != webhook.TestUnanswered || got.StatusCode != nil || got.ResponseTimeMS != nil || !strings.Contains(*got.Problem, "Nothing was sent") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestTestsAreFewOfEachSubscriptionAndOfAPartnerAtOnce(t *testing.T) {
	t.Parallel()
	var under sync.WaitGroup
	under.Add(4)
	release := make(chan struct{})
	d, noted := tester(t, func(context.Context, webhook.Delivery) webhook.Result {
		under.Done()
		<-release
		return webhook.Result{StatusCode: http.StatusOK}
	}, `{"url":"http://127.0.0.1:9/a","event_name":"vehicle.*"}`)
	var all sync.WaitGroup
	for _, s := range d.store.subs[:3] {
		all.Go(func() { _, _ = d.Test(context.Background(), acme, s.ID) })
	}
	more := mustCreate(t, d.Service, `{"url":"http://127.0.0.1:9/b","event_name":"trailer.*"}`).Subscriptions
	all.Go(func() { _, _ = d.Test(context.Background(), acme, more[0].ID) })
	under.Wait()
	refused := func(id uuid.UUID, says string) {
		t.Helper()
		_, err := d.Test(t.Context(), acme, id)
		if p := (*problem.Error)(nil); !errors.As(err, &p) || p.Code != problem.TooMany || p.RetryAfter <= 0 || !strings.Contains(p.Detail, says) {
			t.Errorf("%v", err)
		}
	}
	refused(more[1].ID, "4 tests of your subscriptions are under way")
	close(release)
	all.Wait()
	refused(more[0].ID, "tested less than 10s ago")
	under.Add(1)
	if _, err := d.Test(t.Context(), acme, more[1].ID); err != nil || len(*noted) != 5 {
		t.Errorf("%v, noted %d", err, len(*noted))
	}
}

func TestWhatHasNoReceiverIsNotTested(t *testing.T) {
	t.Parallel()
	d, noted := tester(t, nil, `{"url":"waybill:feed","event_name":"vehicle.added"}`)
	for id, code := range map[uuid.UUID]problem.Code{d.id: problem.Conflict, uuid.New(): problem.NotFound} {
		if _, err := d.Test(t.Context(), acme, id); problem.Of(err).Code != code || len(*noted) > 0 {
			t.Errorf("%v", err)
		}
	}
}
