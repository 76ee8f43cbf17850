package webhook_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestFiguresAreThoseOfTheirWindows(t *testing.T) {
	t.Parallel()
	d := newDesk(t, created)
	d.now = noon.Truncate(webhook.Quarter).Add(20 * 24 * time.Hour)
	ago := func(of time.Duration) time.Time { return d.now.Add(-of) }
	for _, of := range []time.Duration{0, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour, 14*24*time.Hour + webhook.Quarter} {
		d.store.counts = append(d.store.counts, webhook.Count{Quarter: ago(of), Requests: 100, Accepted: 90, Answered: 96, Took: 960, Messages: 100, Delivered: 99})
	}
	d.store.subs[0].Health = webhook.Health{Success: 0.5, Counted: 1}
	d.store.dead = make([]webhook.DeadLetter, 2)
	m, err := d.Metrics(t.Context(), acme, d.id)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"webhook_id":"` + d.id.String() + `","http_attempts":{"6h":200,"24h":300,"7d":400,"14d":500},` +
		`"http_success_attempts":{"6h":180,"24h":270,"7d":360,"14d":450},"http_failure_attempts":{"6h":20,"24h":30,"7d":40,"14d":50},` +
		`"message_count":{"6h":200,"24h":300,"7d":400,"14d":500},"message_success_count":{"6h":198,"24h":297,"7d":396,"14d":495},` +
		`"success_rate":{"6h":99,"24h":99,"7d":99,"14d":99},"avg_response_time_ms":{"6h":10,"24h":10,"7d":10,"14d":10},` +
		`"ewma_success_rate":0.5,"dlq_count":2}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestThereIsNoFigureWhereThereIsNothingToTell(t *testing.T) {
	t.Parallel()
	d := newDesk(t, created)
	d.store.counts = []webhook.Count{{Quarter: noon, Requests: 199, Messages: 199, Delivered: 199}}
	m, err := d.Metrics(t.Context(), acme, d.id)
	if err != nil {
		t.Fatal(err)
	}
	if m.SuccessRate.H6 != nil || m.ResponseTimeMS.D14 != nil || m.EWMASuccessRate != nil || *m.Attempts.H6 != 199 {
		t.Errorf("%+v", m)
	}
}

func TestAMessageCountsOnceAndWhenItsEventOccurred(t *testing.T) {
	t.Parallel()
	at := noon.Truncate(webhook.Quarter)
	ms := 40
	settled := func(tries int, occurred time.Time, state webhook.DeliveryState, status int) webhook.Settled {
		s := webhook.Settled{Waiting: webhook.Waiting{Tries: tries, Event: event.Event{OccurredAt: occurred}}, State: state,
			Log: webhook.DeliveryLog{StatusCode: status, CreatedAt: at.Add(time.Minute)}}
		if status > 0 {
			s.Log.ResponseTimeMS = &ms
		}
		return s
	}
	before := at.Add(-time.Second)
	unsent := settled(0, at, webhook.DeliveryDead, 0)
	unsent.Result.Unsent = true
	for says, c := range map[string]struct {
		of   webhook.Settled
		want []webhook.Count
	}{
		"delivered at once": {settled(0, at, webhook.DeliveryDone, 202),
			[]webhook.Count{{Quarter: at, Requests: 1, Accepted: 1, Answered: 1, Took: 40, Messages: 1, Delivered: 1}}},
		"refused, and so delivered": {settled(0, at, webhook.DeliveryDone, 404),
			[]webhook.Count{{Quarter: at, Requests: 1, Answered: 1, Took: 40, Messages: 1, Delivered: 1}}},
		"no answer":       {settled(0, at, webhook.DeliveryWaiting, 0), []webhook.Count{{Quarter: at, Requests: 1, Messages: 1}}},
		"no answer again": {settled(1, before, webhook.DeliveryWaiting, 0), []webhook.Count{{Quarter: at, Requests: 1}}},
		"given up":        {settled(9, before, webhook.DeliveryDead, 500), []webhook.Count{{Quarter: at, Requests: 1, Answered: 1, Took: 40}}},
		"delivered in the end": {settled(3, before, webhook.DeliveryDone, 200),
			[]webhook.Count{{Quarter: at, Requests: 1, Accepted: 1, Answered: 1, Took: 40}, {Quarter: at.Add(-webhook.Quarter), Delivered: 1}}},
		"given up unsent": {unsent, []webhook.Count{{Quarter: at, Messages: 1}}},
		"first tried late": {settled(0, before, webhook.DeliveryWaiting, 503),
			[]webhook.Count{{Quarter: at, Requests: 1, Answered: 1, Took: 40}, {Quarter: at.Add(-webhook.Quarter), Messages: 1}}},
	} {
		if diff := cmp.Diff(c.want, c.of.Counts()); diff != "" {
			t.Errorf("%s: %s", says, diff)
		}
	}
}

func TestWhatWaitsIsCountedUpToABoundForItsPartnerAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, created)
	for waits, want := range map[int]struct {
		n    int
		more bool
	}{0: {0, false}, 200: {200, false}, 201: {200, true}, 5000: {200, true}} {
		d.store.waits = waits
		if n, more, err := d.Backlog(t.Context(), acme, d.id); n != want.n || more != want.more || err != nil {
			t.Errorf("of %d: %d, more %v, %v", waits, n, more, err)
		}
	}
	if _, _, err := d.Backlog(t.Context(), uuid.New(), d.id); problem.Of(err).Code != problem.NotFound {
		t.Errorf("another partner's: %v", err)
	}
}
