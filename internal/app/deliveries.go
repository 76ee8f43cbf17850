package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// deliveriesStore is what the lanes of subscriptions need of the store.
type deliveriesStore interface {
	SubscriptionByID(ctx context.Context, id uuid.UUID) (webhook.Subscription, error)
	Deliveries(ctx context.Context, subscription uuid.UUID, after int64, n int) ([]webhook.Waiting, error)
	SettleDelivery(ctx context.Context, d webhook.Settled) error
	WaitingSubscriptions(ctx context.Context) ([]uuid.UUID, error)
}

// parallelDeliveries bounds the requests in flight to one receiver.
const parallelDeliveries = 8

// deliveries is the work of subscriptions' lanes: events sent to their receivers.
type deliveries struct {
	store  deliveriesStore
	open   func(webhook.Subscription) (webhook.Subscription, error)
	sender *webhook.Sender
	now    func() time.Time
	log    *slog.Logger
}

// parcel is an event on its way to a receiver, the value of a dispatch.Item.
type parcel struct {
	waiting webhook.Waiting
	to      webhook.Subscription
}

func (p parcel) delivery() webhook.Delivery {
	return webhook.Delivery{ID: p.waiting.Seq, Subscription: p.to, Event: p.waiting.Event, Attempt: p.waiting.Tries + 1}
}

// Heads returns the waiting deliveries of an active subscription.
func (d *deliveries) Heads(ctx context.Context, lane fence.Lane, after int64, n int) (dispatch.Batch, error) {
	sub, err := d.store.SubscriptionByID(ctx, lane.ID)
	if errors.Is(err, webhook.ErrNotFound) || err == nil && sub.Status != webhook.Active {
		return dispatch.Batch{Closed: d.now().Add(closedFor)}, nil
	}
	if err != nil {
		return dispatch.Batch{}, fmt.Errorf("looking up the subscription: %w", err)
	}
	if sub, err = d.open(sub); err != nil {
		return dispatch.Batch{}, err
	}
	waiting, err := d.store.Deliveries(ctx, lane.ID, after, n)
	if err != nil {
		return dispatch.Batch{}, fmt.Errorf("reading deliveries: %w", err)
	}
	batch := dispatch.Batch{Parallel: parallelDeliveries}
	for _, w := range waiting {
		batch.Items = append(batch.Items, dispatch.Item{Seq: w.Seq, Key: w.Event.Subject.String(), NotBefore: w.NextAt,
			Streak: w.Tries, Strength: tsp.NaturalKey, Value: parcel{w, sub}})
	}
	return batch, nil
}

// Begin does nothing: receivers know a repeated event by its id.
func (d *deliveries) Begin(context.Context, dispatch.Item) error { return nil }

// Perform sends one event.
func (d *deliveries) Perform(ctx context.Context, item dispatch.Item) dispatch.End {
	p := item.Value.(parcel)
	end := dispatch.End{StartedAt: d.now()}
	res := d.sender.Send(ctx, p.delivery())
	end.EndedAt, end.RetryAfter, end.Value = d.now(), res.RetryAfter, res
	// An interrupted attempt needs no class: the runner was cut off by our own stop and settles
	// nothing.
	switch res.Verdict {
	case webhook.Delivered:
		end.Class = tsp.Done
	case webhook.Gone:
		end.Class = tsp.Rejected
	default:
		end.Class = tsp.Unavailable
	}
	d.log.Debug("delivery attempt ended", "subscription_id", p.to.ID, "event_id", p.waiting.Event.ID,
		"attempt", p.waiting.Tries+1, "status", res.StatusCode, "error", res.Err, "cause", res.Cause)
	return end
}

// Settle records the end of a delivery's attempt.
func (d *deliveries) Settle(ctx context.Context, item dispatch.Item, end dispatch.End, v dispatch.Verdict) (dispatch.Item, error) {
	p := item.Value.(parcel)
	res := end.Value.(webhook.Result)
	s := webhook.Settled{Waiting: p.waiting, Subscription: p.to.ID, Log: res.Log(p.delivery(), d.now())}
	switch {
	case v.Fate == dispatch.Succeeds:
		s.State = webhook.DeliveryDone
	case v.Fate == dispatch.Fails:
		s.State = webhook.DeliveryDead
		s.Pause = res.Verdict == webhook.Gone
		d.log.Warn("delivery is given up", "subscription_id", p.to.ID, "event_id", p.waiting.Event.ID, "error", res.Err)
	default:
		s.State, s.NextAt = webhook.DeliveryWaiting, v.At
	}
	if err := d.store.SettleDelivery(ctx, s); err != nil {
		return item, err
	}
	p.waiting.Tries, p.waiting.NextAt = p.waiting.Tries+1, v.At
	item.Streak, item.NotBefore, item.Value = p.waiting.Tries, v.At, p
	return item, nil
}

// Waiting lists the subscriptions that hold waiting deliveries.
func (d *deliveries) Waiting(ctx context.Context) ([]fence.Lane, error) {
	ids, err := d.store.WaitingSubscriptions(ctx)
	return lanes(fence.Subscriptions, ids), err
}
