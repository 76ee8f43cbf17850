package perform

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestASubscriptionThatIsDeletedDuringADeliveryIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(1)
		o.took = 2200 * time.Millisecond
		time.AfterFunc(time.Second, o.deleteAll)
		stop := o.run(t, time.Minute)
		if len(o.sent) != 1 || len(o.settled) != 1 {
			t.Errorf("sent %d times, settled %d times", len(o.sent), len(o.settled))
		}
		if stop > time.Second {
			t.Errorf("the stop took %v", stop)
		}
	})
}

func TestWhatBecomesOfADelivery(t *testing.T) {
	t.Parallel()
	retry := webhook.Result{Verdict: webhook.Retry, StatusCode: 503}
	asked := webhook.Result{Verdict: webhook.Retry, StatusCode: 503, RetryAfter: 10 * time.Second}
	for _, c := range []struct {
		name    string
		answers []webhook.Result
		last    webhook.DeliveryState
		tries   int
		after   time.Duration // of the first attempt's end
		paused  bool
	}{
		{"delivered", nil, webhook.DeliveryDone, 1, 0, false},
		{"delivered after two failures", []webhook.Result{retry, retry}, webhook.DeliveryDone, 3, 1600 * time.Millisecond,
			false},
		{"the receiver says when to come back", []webhook.Result{asked}, webhook.DeliveryDone, 2, 10 * time.Second, false},
		{"gone", []webhook.Result{{Verdict: webhook.Gone, StatusCode: 410}}, webhook.DeliveryDead, 1, 0, true},
		{"never answered", slices.Repeat([]webhook.Result{retry}, 100), webhook.DeliveryDead,
			len(webhook.Schedule()) + 1, 19 * time.Hour, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOutbox(1)
				o.answers = c.answers
				begun := time.Now()
				o.run(t, 25*time.Hour)
				if strings.Contains(o.log.String(), "cause=<nil>") {
					t.Errorf("the log names a cause that there is not: %s", &o.log)
				}
				last := o.settled[len(o.settled)-1]
				if len(o.settled) != c.tries || last.State != c.last || paused(o) != c.paused {
					t.Errorf("%d attempts, %s, paused %t", len(o.settled), last.State, paused(o))
				}
				if at := last.Log.CreatedAt.Sub(begun); at < c.after || at > c.after*13/10+time.Second {
					t.Errorf("the last attempt ended after %v", at)
				}
			})
		})
	}
}

func TestAnEventThatItsPartnerMayNotHaveAnyMoreIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(2)
		o.answers = slices.Repeat([]webhook.Result{{Verdict: webhook.Retry, StatusCode: 503}}, 2)
		time.AfterFunc(100*time.Millisecond, func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.ended = true
		})
		o.run(t, time.Hour)
		if len(o.sent) != 2 || len(o.settled) != 4 || len(o.waiting) != 0 {
			t.Fatalf("sent %d times, settled %d times, %d wait", len(o.sent), len(o.settled), len(o.waiting))
		}
		for _, s := range o.settled[2:] {
			if m := s.Log.ErrorMessage; s.State != webhook.DeliveryWithheld || m == nil || *m != withheld || s.Log.StatusCode != 0 {
				t.Errorf("it ended as %s, and the log says %v", s.State, m)
			}
		}
	})
}

func TestAnEventThatCannotBeReadEndsAloneAndIsLoggedOnce(t *testing.T) {
	for _, status := range []webhook.Status{webhook.Active, webhook.Stale} {
		synctest.Test(t, func(t *testing.T) {
			o := newOutbox(20)
			o.become(status)
			for i := range o.waiting[:10] {
				o.waiting[i].Event.Damaged, o.waiting[i].Event.Data = errors.New("it does not open"), nil
			}
			o.run(t, 5*time.Minute)
			if len(o.sent) != 10 || len(o.settled) != 20 || len(o.waiting) != 0 {
				t.Fatalf("%s: sent %d times, settled %d times, %d wait", status, len(o.sent), len(o.settled), len(o.waiting))
			}
			for _, s := range o.settled {
				if s.Waiting.Event.Damaged == nil {
					continue
				}
				if m := s.Log.ErrorMessage; s.State != webhook.DeliveryDead || m == nil || *m != damagedEvent ||
					s.Log.Subscription != o.sub || s.Log.EventID != s.Waiting.Event.ID || !s.Result.Unsent {
					t.Errorf("%s: it ended as %s, and the log says %v of %s", status, s.State, m, s.Log.Subscription)
				}
			}
			if n := strings.Count(o.log.String(), "it does not open"); n != 10 {
				t.Errorf("%s: it is logged %d times:\n%s", status, n, &o.log)
			}
		})
	}
}

func TestADeliveryThatIsNotSentSaysNothingOfItsReceiver(t *testing.T) {
	t.Parallel()
	o := newOutbox(1)
	d := o.work()
	sent := func(change func(*parcel)) dispatch.End {
		p := newParcel(o.waiting[0], webhook.Receiver{URL: "https://r.example/"})
		change(p)
		return d.Perform(t.Context(), dispatch.Item[*parcel]{Value: p})
	}
	if end := sent(func(*parcel) {}); end.Unsent {
		t.Errorf("it was sent: %+v", end)
	}
	if end := sent(func(p *parcel) { p.withheld = true }); !end.Unsent {
		t.Errorf("it was withheld: %+v", end)
	}
	d.c.Open = func(s webhook.Subscription) (webhook.Subscription, error) { return s, errors.New("it does not open") }
	if end := sent(func(*parcel) {}); !end.Unsent {
		t.Errorf("its secret does not open: %+v", end)
	}
}

func paused(o *outbox) bool { return o.subs[o.sub].Status == webhook.Paused }

func TestADeliveryOnWhichWaybillBreaksIsTriedByItsSchedule(t *testing.T) {
	for _, breaks := range []int{2, 100} {
		synctest.Test(t, func(t *testing.T) {
			o := newOutbox(1)
			o.breaks = breaks
			o.run(t, 25*time.Hour)
			first, last := o.settled[0], o.settled[len(o.settled)-1]
			if want := min(breaks, len(webhook.Schedule())) + 1; len(o.sent) != want || len(o.settled) != want {
				t.Errorf("sent %d times and settled %d times, want %d", len(o.sent), len(o.settled), want)
			}
			if m := first.Log.ErrorMessage; first.Log.Status != webhook.LogFailed || m == nil || *m != brokenDelivery {
				t.Errorf("the first attempt is told as %s: %v", first.Log.Status, m)
			}
			want := map[int]webhook.DeliveryState{2: webhook.DeliveryDone, 100: webhook.DeliveryDead}[breaks]
			if last.State != want {
				t.Errorf("it ended as %s, want %s", last.State, want)
			}
		})
	}
}

func TestDeliveriesOfManySubjectsAreReadToTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(500)
		o.took = 10 * time.Millisecond
		o.run(t, 10*time.Second)
		if len(o.waiting) != 0 || len(o.sent) != 500 {
			t.Errorf("%d of 500 were sent, %d wait", len(o.sent), len(o.waiting))
		}
	})
}
