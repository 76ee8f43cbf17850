package perform

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// tally is a Watch that counts what it is told.
type tally struct {
	mu   sync.Mutex
	told map[string]int
}

func (t *tally) add(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.told == nil {
		t.told = map[string]int{}
	}
	t.told[fmt.Sprintf(format, args...)]++
}

func (t *tally) Attempted(tsp, class string, _ time.Duration) { t.add("%s %s", tsp, class) }

func (t *tally) Ended(tsp, end string, age time.Duration) {
	t.add("%s ended %s after %s", tsp, end, age.Round(time.Second))
}

func (t *tally) Imported(tsp, class string) { t.add("%s imported %s", tsp, class) }

func (t *tally) Delivered(outcome string, took, lag time.Duration) {
	text := outcome
	if took >= 0 {
		text += " after " + took.String()
	}
	if lag >= 0 {
		text += fmt.Sprintf(", %s late", lag.Round(30*time.Second))
	}
	t.add("%s", text)
}

func TestAWatchIsToldOfAttemptsAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, seen := newWorld(t), &tally{}
		w.writes.c.Watch = seen
		w.tsp.can(tsp.None, oneLimit)
		w.tsp.answers(failure(tsp.Unavailable), nil, failure(tsp.Rejected))
		w.add()
		w.run(t, time.Hour)
		w.add()
		w.run(t, time.Hour)
		want := map[string]int{"acme unavailable": 1, "acme done": 1, "acme rejected": 1,
			"acme ended success after 1s": 1, "acme ended failed after 0s": 1}
		if diff := cmp.Diff(want, seen.told); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAWatchIsToldOfEachImport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y, seen := newYard(t), &tally{}
		y.imports.c.Watch = seen
		y.tsp.list = func(_ context.Context, l tsp.List) (tsp.Page, error) {
			if l.Kind == resource.KindUser {
				return tsp.Page{}, failure(tsp.Rejected)
			}
			return tsp.Page{}, nil
		}
		y.run(t, time.Minute)
		want := map[string]int{"acme imported done": 1, "acme imported refused": 1}
		if diff := cmp.Diff(want, seen.told); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAWatchIsToldWhatBecameOfDeliveries(t *testing.T) {
	t.Parallel()
	retry := webhook.Result{Verdict: webhook.Retry, StatusCode: 503}
	for says, c := range map[string]struct {
		answers []webhook.Result
		ended   bool
		want    map[string]int
	}{
		"delivered": {nil, false, map[string]int{"delivered after 0s, 1m0s late": 1}},
		"refused": {[]webhook.Result{{Verdict: webhook.Delivered, StatusCode: 404, Refused: true}}, false,
			map[string]int{"refused after 0s": 1}},
		"gone": {[]webhook.Result{{Verdict: webhook.Gone, StatusCode: 410}}, false,
			map[string]int{"gone after 0s": 1}},
		"retried": {[]webhook.Result{retry}, false,
			map[string]int{"retried after 0s": 1, "delivered after 0s, 1m0s late": 1}},
		"retried, as nothing could be sent": {[]webhook.Result{{Verdict: webhook.Retry, Unsent: true}}, false,
			map[string]int{"retried": 1, "delivered after 0s, 1m0s late": 1}},
		"withheld": {nil, true, map[string]int{"withheld": 1}},
	} {
		t.Run(says, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o, seen := newOutbox(1), &tally{}
				o.answers, o.ended, o.watch = c.answers, c.ended, seen
				o.waiting[0].Event.OccurredAt = time.Now().Add(-time.Minute)
				o.run(t, time.Hour)
				if diff := cmp.Diff(c.want, seen.told); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}
