package perform

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// second adds another subscription of the same receiver.
func (o *outbox) second(status webhook.Status) uuid.UUID {
	sub := webhook.Subscription{ID: uuid.UUID{9}, URL: "https://r.example/", Status: status, Health: webhook.Health{Since: time.Now()}}
	o.subs[sub.ID] = sub
	return sub.ID
}

func TestEventsOfOneSubjectComeInTheirOrderWhateverSubscriptionTheyAreFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(0)
		o.took = 20 * time.Millisecond
		other := o.second(webhook.Active)
		for n := range 200 {
			o.publish(o.sub, uuid.UUID{byte(n)})
		}
		for n := range 200 {
			o.publish(other, uuid.UUID{byte(n)})
		}
		// Some of the first ones fail, and are tried again.
		o.answers = slices.Repeat([]webhook.Result{{Verdict: webhook.Retry, StatusCode: 503}}, 50)
		o.run(t, time.Minute)
		delivered := map[int64]int{}
		for i, s := range o.settled {
			if s.State == webhook.DeliveryDone {
				delivered[s.Waiting.Seq] = i + 1
			}
		}
		for seq := range int64(200) {
			first, then := delivered[seq+1], delivered[seq+201]
			if first == 0 || then == 0 || then < first {
				t.Fatalf("of subject %d the first was delivered as number %d, the second as %d", seq, first, then)
			}
		}
	})
}

func TestDeliveriesOfASubscriptionThatIsNotActiveWaitAndLeaveNoLaneRunning(t *testing.T) {
	for _, status := range []webhook.Status{webhook.Paused, webhook.Deleted} {
		synctest.Test(t, func(t *testing.T) {
			o := newOutbox(1)
			o.become(status)
			o.run(t, 5*time.Minute)
			if len(o.sent) > 0 || len(o.waiting) != 1 || o.queries > 2 {
				t.Errorf("%s: %d were sent; the queue was read %d times", status, len(o.sent), o.queries)
			}
		})
	}
}

func TestWhatIsPausedWhileItIsHeldIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(100)
		o.took = time.Second
		time.AfterFunc(2500*time.Millisecond, func() { o.become(webhook.Paused) })
		o.run(t, 5*time.Minute)
		if n := len(o.sent); n == 0 || n > 3*MostDeliveries {
			t.Errorf("%d were sent", n)
		}
		if o.queries > 10 {
			t.Errorf("the queue was read %d times", o.queries)
		}
	})
}

func TestOfAStaleReceiverOneDeliveryIsTriedAndTheOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(20)
		o.become(webhook.Stale)
		stale := o.second(webhook.Stale)
		for n := range 200 {
			o.publish(stale, uuid.UUID{1, byte(n)})
		}
		o.run(t, 50*time.Second)
		if len(o.sent) > 0 {
			t.Errorf("before the probe %d were sent", len(o.sent))
		}
		o.answers = slices.Repeat([]webhook.Result{{Verdict: webhook.Retry, StatusCode: 503, Attempt: 1}}, 99)
		o.run(t, 16*time.Minute)
		tried := map[int64]bool{}
		for _, d := range o.sent {
			tried[d.ID] = true
		}
		// After 1, 2, 4 and 8 minutes.
		if len(o.sent) != 4 || len(o.waiting) != 220 {
			t.Errorf("%d were sent, %d wait", len(o.sent), len(o.waiting))
		}
		if len(tried) != 4 {
			t.Errorf("%d deliveries took their turn; one that its receiver cannot take would keep all waiting", len(tried))
		}
	})
}

// The receiver fails at the beginnings of things, for hours, and takes their ends.
func TestNoSubscriptionOvertakesAnotherOfItsReceiverWhileThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(0)
		ends := o.second(webhook.Active)
		o.become(webhook.Active)
		for n := range 30 {
			o.publish(o.sub, uuid.UUID{byte(n)})
			o.publish(ends, uuid.UUID{byte(n)})
		}
		o.refuses = o.sub
		time.AfterFunc(5*time.Hour, func() { o.refuse(uuid.Nil) })
		o.run(t, 20*time.Hour)
		begun := map[uuid.UUID]bool{}
		stale := 0
		for _, s := range o.settled {
			if s.Probe {
				stale++
			}
			if s.State != webhook.DeliveryDone {
				continue
			}
			subject := s.Waiting.Event.Subject
			if s.Waiting.Subscription == o.sub {
				begun[subject] = true
			} else if !begun[subject] {
				t.Fatalf("the end of %s came before its beginning", subject)
			}
		}
		if len(o.waiting) > 0 || stale == 0 {
			t.Errorf("%d wait, %d probes were made", len(o.waiting), stale)
		}
	})
}

func TestAReceiverThatIsBackGetsAllThatWaitedWhileItsSubscriptionWasStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(200)
		o.become(webhook.Stale)
		o.run(t, 3*time.Minute)
		if len(o.waiting) > 0 || len(o.sent) != 200 {
			t.Errorf("%d were sent, and %d wait", len(o.sent), len(o.waiting))
		}
	})
}

func TestDeliveriesAreNumberedAsTheyAreTakenAndOncePerPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(0)
		o.took = 10 * time.Millisecond
		other := o.second(webhook.Active)
		for n := range 300 {
			o.publish([]uuid.UUID{o.sub, other}[n%2], uuid.UUID{byte(n >> 8), byte(n)})
		}
		o.answers = slices.Repeat([]webhook.Result{{Verdict: webhook.Retry, StatusCode: 503}}, 50)
		o.run(t, time.Minute)
		of := map[int64]map[uuid.UUID]int64{}
		seen := map[uuid.UUID][]int64{}
		for _, d := range o.sent {
			if of[d.ID] == nil {
				of[d.ID] = map[uuid.UUID]int64{d.Subscription.ID: d.Sequence}
				seen[d.Subscription.ID] = append(seen[d.Subscription.ID], d.Sequence)
			}
			if n := of[d.ID][d.Subscription.ID]; n != d.Sequence {
				t.Fatalf("delivery %d was number %d and is %d", d.ID, n, d.Sequence)
			}
		}
		for sub, numbers := range seen {
			slices.Sort(numbers)
			for i, n := range numbers {
				if n != int64(i+1) {
					t.Fatalf("%s: number %d stands at %d", sub, n, i+1)
				}
			}
		}
		if o.writes > 20 {
			t.Errorf("300 deliveries were numbered in %d writes", o.writes)
		}
	})
}

func TestAReadingTellsHowLongItWaitedForNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(1)
		o.numbers = 100 * time.Millisecond
		q := fence.Query{Lane: fence.Lane{Kind: fence.Receivers, ID: receiverID}, Chains: 9, Depth: 9}
		for _, want := range []time.Duration{o.numbers, 0} {
			batch, err := o.work().Heads(t.Context(), q)
			if err != nil || len(batch.Items) != 1 || batch.Waited != want {
				t.Errorf("%d items, waited %v and not %v, %v", len(batch.Items), batch.Waited, want, err)
			}
		}
	})
}
