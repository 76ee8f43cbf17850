package perform

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// outbox is the deliveries of one receiver in memory, and the receiver.
type outbox struct {
	mu   sync.Mutex
	subs map[uuid.UUID]webhook.Subscription
	// sub is the first of them.
	sub     uuid.UUID
	waiting []webhook.Waiting
	settled []webhook.Settled
	queries int
	sent    []webhook.Delivery
	took    time.Duration
	// numbers is how long numbering takes.
	numbers time.Duration
	// breaks is how many requests panic first.
	breaks int
	// answers are how attempts end, one after the other; then they are delivered.
	answers []webhook.Result
	// refuses is a subscription whose events the receiver fails at.
	refuses uuid.UUID
	last    map[uuid.UUID]int64
	log     bytes.Buffer
	writes  int
	// ended tells that no grant lets the partner have the events any more.
	ended bool
	watch Watch
	// damaged is why the receiver's URL cannot be read, and mends how often it was to be mended.
	damaged error
	mends   int
}

// newOutbox returns the deliveries of events of so many subjects to one subscription.
func newOutbox(subjects int) *outbox {
	o := &outbox{sub: uuid.UUID{7}, subs: map[uuid.UUID]webhook.Subscription{}, last: map[uuid.UUID]int64{}}
	o.subs[o.sub] = webhook.Subscription{ID: o.sub, URL: "https://r.example/", Status: webhook.Active}
	for n := range subjects {
		o.publish(o.sub, uuid.UUID{byte(n >> 8), byte(n)})
	}
	return o
}

// publish has an event of a subject wait for a subscription.
func (o *outbox) publish(sub, subject uuid.UUID) {
	n := len(o.waiting)
	o.waiting = append(o.waiting, webhook.Waiting{Seq: int64(n + 1), Subscription: sub,
		Event: event.Event{ID: uuid.UUID{8, byte(n)}, Subject: subject}})
}

func (o *outbox) work() *Deliveries {
	return NewDeliveries(DeliveriesConfig{Queue: o, Receivers: o, Sender: o, Now: time.Now, Watch: o.watch,
		Log:  slog.New(slog.NewTextHandler(&o.log, nil)),
		Lets: func(context.Context, event.Event) (bool, error) { return o.may(), nil },
		Open: func(s webhook.Subscription) (webhook.Subscription, error) { return s, nil }})
}

// receiverID is the one receiver's.
var receiverID = uuid.UUID{6}

// run works the receiver's lane for some virtual time and returns how long its stop took.
func (o *outbox) run(t *testing.T, d time.Duration) time.Duration {
	t.Helper()
	lanes := dispatch.NewInProcess(time.Now)
	lanes.Activate(fence.Lane{Kind: fence.Receivers, ID: receiverID}, time.Now())
	return runLanes(t, dispatch.Config{Source: lanes, Budget: dispatch.NewBudget(time.Now, nil),
		Kinds: map[string]dispatch.Kind{fence.Receivers: o.work().Kind()}}, d)
}

func (o *outbox) SubscriptionByID(_ context.Context, id uuid.UUID) (webhook.Subscription, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.subs[id].Status == webhook.Deleted {
		return webhook.Subscription{}, webhook.ErrNotFound
	}
	return o.subs[id], nil
}

// queue is where a delivery waits, as the store arranges it.
func (o *outbox) queue(w webhook.Waiting) uuid.UUID {
	if o.subs[w.Subscription].Status.InLane() {
		return receiverID
	}
	return w.Subscription
}

func (o *outbox) Deliveries(_ context.Context, q fence.Query) ([]webhook.Waiting, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queries++
	all := slices.Clone(o.waiting)
	slices.SortFunc(all, func(a, b webhook.Waiting) int {
		return cmp.Or(cmp.Compare(a.Event.Subject.String(), b.Event.Subject.String()), cmp.Compare(a.Seq, b.Seq))
	})
	all = slices.DeleteFunc(all, func(w webhook.Waiting) bool {
		return o.queue(w) != q.Lane.ID || w.Event.Subject.String() <= q.After
	})
	var found []webhook.Waiting
	chains, of := 0, 0
	for i, w := range all {
		if of++; i == 0 || w.Event.Subject != all[i-1].Event.Subject {
			chains, of = chains+1, 1
		}
		if chains <= q.Chains && of <= q.Depth {
			found = append(found, w)
		}
	}
	return found, nil
}

func (o *outbox) Number(_ context.Context, _ uuid.UUID, seqs []int64) (map[int64]int64, error) {
	time.Sleep(o.numbers)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writes++
	numbers := map[int64]int64{}
	for _, seq := range slices.Sorted(slices.Values(seqs)) {
		i := slices.IndexFunc(o.waiting, func(w webhook.Waiting) bool { return w.Seq == seq })
		if w := &o.waiting[i]; w.Sequence == 0 {
			o.last[w.Subscription]++
			w.Sequence = o.last[w.Subscription]
		}
		numbers[seq] = o.waiting[i].Sequence
	}
	return numbers, nil
}

func (o *outbox) Receiver(context.Context, uuid.UUID) (webhook.Receiver, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := webhook.Receiver{ID: receiverID, URL: "https://r.example/"}
	if o.damaged != nil {
		r.URL, r.Damaged = "", o.damaged
	}
	for _, sub := range o.subs {
		r.Stale = r.Stale || sub.Status == webhook.Stale
	}
	return r, nil
}

func (o *outbox) ReceiverOf(context.Context, uuid.UUID, string) (webhook.Receiver, error) {
	return webhook.Receiver{}, webhook.ErrNotFound
}

// MendReceiver finds no URL that can be read, and makes what is active stale.
func (o *outbox) MendReceiver(context.Context, uuid.UUID) (stale []uuid.UUID, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mends++
	for id, sub := range o.subs {
		if sub.Status == webhook.Active {
			sub.Status = webhook.Stale
			o.subs[id] = sub
			stale = append(stale, id)
		}
	}
	return stale, nil
}

func (o *outbox) Arrange(context.Context, uuid.UUID) (bool, error) { return false, nil }

func (o *outbox) SettleDelivery(_ context.Context, s webhook.Settled) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settled = append(o.settled, s)
	i := slices.IndexFunc(o.waiting, func(w webhook.Waiting) bool {
		return w.Seq == s.Waiting.Seq && w.Tries == s.Waiting.Tries
	})
	if i < 0 {
		return fence.ErrOvertaken
	}
	if s.State != webhook.DeliveryWithheld {
		o.judge(s)
	}
	if s.State == webhook.DeliveryWaiting {
		if !s.Probe {
			o.waiting[i].NextAt = s.NextAt
			o.waiting[i].Tries++
		}
		return nil
	}
	o.waiting = slices.Delete(o.waiting, i, i+1)
	return nil
}

func (o *outbox) WaitingReceivers(context.Context) ([]uuid.UUID, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, w := range o.waiting {
		if o.subs[w.Subscription].Status.InLane() {
			return []uuid.UUID{receiverID}, nil
		}
	}
	return nil, nil
}

// Send is the receiver.
func (o *outbox) Send(_ context.Context, d webhook.Delivery) webhook.Result {
	o.mu.Lock()
	o.sent = append(o.sent, d)
	if len(o.sent) <= o.breaks {
		o.mu.Unlock()
		panic("no pointer at all")
	}
	answer := webhook.Result{Verdict: webhook.Delivered, StatusCode: 202}
	if o.refuses == d.Subscription.ID {
		answer = webhook.Result{Verdict: webhook.Retry, StatusCode: 500, Attempt: d.Attempt}
	}
	if len(o.answers) > 0 {
		answer, o.answers = o.answers[0], o.answers[1:]
	}
	took := o.took
	o.mu.Unlock()
	time.Sleep(took)
	return answer
}

// judge takes the end of an attempt for what it says of the receiver.
func (o *outbox) judge(s webhook.Settled) {
	was := o.subs[s.Waiting.Subscription]
	is := was.After(s.Result, s.Log.CreatedAt)
	o.subs[was.ID] = is
	for _, status := range webhook.Draws(was, is, webhook.ByReceiver) {
		for id, other := range o.subs {
			if id != was.ID && other.Status == status {
				o.subs[id] = other.Along(is, s.Log.CreatedAt)
			}
		}
	}
}

func (o *outbox) may() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.ended
}

// refuse has the receiver fail at the events of a subscription.
func (o *outbox) refuse(sub uuid.UUID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuses = sub
}

// deleteAll deletes the subscription with all that waits for it.
func (o *outbox) deleteAll() {
	o.become(webhook.Deleted)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = nil
}

// become changes the status of the first subscription.
func (o *outbox) become(to webhook.Status) {
	o.mu.Lock()
	defer o.mu.Unlock()
	sub := o.subs[o.sub]
	sub.Status, sub.Health.Since = to, time.Now()
	o.subs[o.sub] = sub
}
