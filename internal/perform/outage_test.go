package perform

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// night is a receiver that is down until the morning.
type night struct {
	*outbox
	morning   time.Time
	attempts  []time.Time
	stale, up time.Time
}

func (n *night) Send(_ context.Context, d webhook.Delivery) webhook.Result {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	n.attempts = append(n.attempts, now)
	if now.Before(n.morning) {
		return webhook.Result{Verdict: webhook.Retry, StatusCode: 503, Attempt: d.Attempt}
	}
	return webhook.Result{Verdict: webhook.Delivered, StatusCode: 202, Attempt: d.Attempt}
}

// SettleDelivery has what waits be due when its subscription comes back, as stores do.
func (n *night) SettleDelivery(ctx context.Context, s webhook.Settled) error {
	before := n.status()
	if err := n.outbox.SettleDelivery(ctx, s); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	switch after := n.subs[n.sub].Status; {
	case before == webhook.Active && after == webhook.Stale:
		n.stale = time.Now()
	case before == webhook.Stale && after == webhook.Active:
		n.up = time.Now()
		for i := range n.waiting {
			n.waiting[i].NextAt = n.up
		}
	}
	return nil
}

func (n *night) status() webhook.Status {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.subs[n.sub].Status
}

// during tells how many attempts were made in a time.
func (n *night) during(from, to time.Time) (count int) {
	for _, at := range n.attempts {
		if at.After(from) && at.Before(to) {
			count++
		}
	}
	return count
}

func TestAReceiverThatWasDownForANightGetsEverythingInTheMorning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		n := &night{outbox: newOutbox(60), morning: begun.Add(9 * time.Hour)}
		sub := n.subs[n.sub]
		sub.Health = webhook.Health{Since: begun, Success: 1}
		n.subs[n.sub] = sub
		time.AfterFunc(3*time.Hour, func() {
			n.mu.Lock()
			defer n.mu.Unlock()
			for i := range 40 {
				n.publish(n.sub, uuid.UUID{9, byte(i)})
			}
		})
		work := n.work()
		work.c.Queue, work.c.Sender = n, n
		lanes := dispatch.NewInProcess(time.Now)
		lanes.Activate(fence.Lane{Kind: fence.Receivers, ID: receiverID}, time.Now())
		runLanes(t, dispatch.Config{Source: lanes, Budget: dispatch.NewBudget(time.Now, nil),
			Kinds: map[string]dispatch.Kind{fence.Receivers: work.Kind()}}, 11*time.Hour)
		if after := n.stale.Sub(begun); after < 15*time.Minute || after > 90*time.Minute {
			t.Errorf("it was stale after %v", after)
		}
		if probes := n.during(n.stale.Add(10*time.Second), n.morning); probes < 8 || probes > 16 {
			t.Errorf("%d probes were made", probes)
		}
		if late := n.up.Sub(n.morning); late < 0 || late > time.Hour {
			t.Errorf("it was active again %v after it was up", late)
		}
		if len(n.waiting) > 0 || n.attempts[len(n.attempts)-1].Sub(n.up) > time.Minute {
			t.Errorf("%d still wait; the last was sent %v after it was active", len(n.waiting), n.attempts[len(n.attempts)-1].Sub(n.up))
		}
		for _, s := range n.settled {
			if s.State == webhook.DeliveryDead {
				t.Fatalf("delivery %d was given up", s.Waiting.Seq)
			}
		}
	})
}
