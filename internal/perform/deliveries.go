package perform

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Sender makes single attempts to deliver. Its Result holds what went wrong; there is no error
// beside it.
type Sender interface {
	Send(ctx context.Context, d webhook.Delivery) webhook.Result
}

// DeliveriesConfig is what Deliveries are made of.
type DeliveriesConfig struct {
	Queue webhook.Queue
	// Open returns a subscription with its secret in the clear.
	Open   func(webhook.Subscription) (webhook.Subscription, error)
	Sender Sender
	Now    func() time.Time
	Log    *slog.Logger
}

// Deliveries sends events to their receivers, in the lanes of subscriptions.
type Deliveries struct{ c DeliveriesConfig }

// NewDeliveries returns the work of subscriptions' lanes.
func NewDeliveries(c DeliveriesConfig) *Deliveries { return &Deliveries{c} }

// Kind returns the kind of lanes in which deliveries run. The schedule alone bounds the attempts:
// deliveries have no deadline.
func (d *Deliveries) Kind() dispatch.Kind {
	return dispatch.KindOf(d, dispatch.Policy{Schedule: webhook.Schedule()})
}

// parallelDeliveries bounds the requests in flight to one receiver. They are of different
// subjects, as a chain has one in flight. A receiver that takes 100 ms thus gets 80 a second.
const parallelDeliveries = 8

// parcel is an event on its way to a receiver.
type parcel struct {
	waiting webhook.Waiting
	to      webhook.Subscription
	result  webhook.Result
}

func (p *parcel) delivery() webhook.Delivery {
	return webhook.Delivery{ID: p.waiting.Seq, Subscription: p.to, Event: p.waiting.Event, Attempt: p.waiting.Tries + 1}
}

// Heads returns chains of an active subscription's waiting deliveries.
func (d *Deliveries) Heads(ctx context.Context, q fence.Query) (dispatch.Batch[*parcel], error) {
	batch := dispatch.Batch[*parcel]{Parallel: parallelDeliveries}
	sub, err := d.c.Queue.SubscriptionByID(ctx, q.Lane.ID)
	if errors.Is(err, webhook.ErrNotFound) || err == nil && sub.Status == webhook.Deleted {
		// A deletion has dropped what waited; the lane has nothing to come back for.
		return batch, nil
	}
	// What waits for one that is paused stays.
	if err == nil && sub.Status != webhook.Active {
		batch.Closed = d.c.Now().Add(closedFor)
		return batch, nil
	}
	if err != nil {
		return batch, fmt.Errorf("looking up the subscription: %w", err)
	}
	if sub, err = d.c.Open(sub); err != nil {
		return batch, err
	}
	waiting, err := d.c.Queue.Deliveries(ctx, q)
	if err != nil {
		return batch, fmt.Errorf("reading deliveries: %w", err)
	}
	chains := 0
	for i, w := range waiting {
		if i == 0 || w.Event.Subject != waiting[i-1].Event.Subject {
			chains++
		}
		// The chain is the event's subject, so that what happened to one thing is told in its
		// order.
		batch.Items = append(batch.Items, dispatch.Item[*parcel]{Seq: w.Seq, Key: w.Event.Subject.String(),
			NotBefore: w.NextAt, Streak: w.Tries, Value: &parcel{waiting: w, to: sub}})
	}
	// The page was full, so there may be more.
	if chains == q.Chains {
		// Subjects name no stream.
		batch.Streams = []string{""}
	}
	return batch, nil
}

// Begin does nothing: receivers know a repeated event by its id.
func (d *Deliveries) Begin(context.Context, fence.Claim, dispatch.Item[*parcel]) error { return nil }

// Perform sends one event. An interrupted attempt needs no class of its own: it was cut off by our
// own stop, and nothing of it is settled.
func (d *Deliveries) Perform(ctx context.Context, item dispatch.Item[*parcel]) dispatch.End {
	p, end := item.Value, dispatch.End{StartedAt: d.c.Now()}
	p.result = d.c.Sender.Send(ctx, p.delivery())
	end.EndedAt, end.RetryAfter = d.c.Now(), p.result.RetryAfter
	switch p.result.Verdict {
	case webhook.Delivered:
		end.Class = dispatch.Done
	// A receiver that is gone is asked no more: the delivery ends, and settling pauses the rest.
	case webhook.Gone:
		end.Class = dispatch.Refused
	case webhook.Retry, webhook.Interrupted:
		end.Class = dispatch.Later
	}
	d.c.Log.Debug("delivery attempt ended", "subscription_id", p.to.ID, "event_id", p.waiting.Event.ID,
		"attempt", p.waiting.Tries+1, "status", p.result.StatusCode, "error", p.result.Err, "cause", p.result.Cause)
	return end
}

// brokenDelivery is what partners read of an attempt that ended in a panic.
const brokenDelivery = "Waybill failed while it made the request; the receiver may have got it. " +
	"Whoever runs Waybill finds the cause in its log."

// Settle records the end of an attempt at a delivery.
func (d *Deliveries) Settle(ctx context.Context, claim fence.Claim, a dispatch.Attempt[*parcel]) error {
	p := a.Item.Value
	if a.End.Class == dispatch.Broken {
		p.result = webhook.Result{Verdict: webhook.Retry, Err: brokenDelivery}
	}
	s := webhook.Settled{Claim: claim, Waiting: p.waiting, Subscription: p.to.ID, State: webhook.DeliveryWaiting,
		NextAt: a.Verdict.At, Log: p.result.Log(p.delivery(), d.c.Now())}
	switch a.Verdict.Fate {
	case dispatch.Succeeds:
		s.State = webhook.DeliveryDone
	case dispatch.Fails:
		s.State, s.Pause = webhook.DeliveryDead, p.result.Verdict == webhook.Gone
	case dispatch.Retries, dispatch.Asks:
	}
	if err := d.c.Queue.SettleDelivery(ctx, s); err != nil {
		return err
	}
	if s.State == webhook.DeliveryDead {
		d.c.Log.Warn("delivery is given up", "subscription_id", p.to.ID, "event_id", p.waiting.Event.ID,
			"error", p.result.Err)
	}
	return nil
}

// Waiting lists the subscriptions that hold waiting deliveries.
func (d *Deliveries) Waiting(ctx context.Context) ([]fence.Lane, error) {
	ids, err := d.c.Queue.WaitingSubscriptions(ctx)
	return lanes(fence.Subscriptions, ids), err
}
