package perform

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Sender makes single attempts to deliver. Its Result holds what went wrong; there is no error
// beside it.
type Sender interface {
	Send(ctx context.Context, d webhook.Delivery) webhook.Result
}

// Feed takes what is read and not sent. webhook.Feed is it.
type Feed interface {
	// File moves all that waits for a receiver into its feed.
	File(ctx context.Context, receiver uuid.UUID) error
}

// DeliveriesConfig is what Deliveries are made of.
type DeliveriesConfig struct {
	Queue     webhook.Queue
	Receivers webhook.Receivers
	Feed      Feed
	// Lets tells whether a partner may have an event still.
	Lets func(context.Context, event.Event) (bool, error)
	// Open returns a subscription with its secret in the clear.
	Open   func(webhook.Subscription) (webhook.Subscription, error)
	Sender Sender
	// Floor bounds the requests in flight, to one receiver and to all.
	Floor *dispatch.Floor
	Now   func() time.Time
	Log   *slog.Logger
	// Watch and Traces may be nil.
	Watch  Watch
	Traces Traces
}

// Deliveries sends events to their receivers, in the lanes of these.
type Deliveries struct {
	c       DeliveriesConfig
	flights flights
	mends   mends
}

// NewDeliveries returns the work of receivers' lanes.
func NewDeliveries(c DeliveriesConfig) *Deliveries {
	if c.Watch == nil {
		c.Watch = unwatched{}
	}
	return &Deliveries{c: c, flights: flights{of: map[aim]*flight{}}}
}

// Kind returns the kind of lanes in which deliveries run. The schedule alone bounds the attempts:
// deliveries have no deadline.
func (d *Deliveries) Kind() dispatch.Kind {
	return dispatch.KindOf(d, dispatch.Policy{Schedule: webhook.Schedule()}).On(d.c.Floor)
}

// parcel is an event on its way to a receiver. to is known whole once it has begun, and its id before.
type parcel struct {
	waiting webhook.Waiting
	url     string
	probe   bool
	to      webhook.Subscription
	// withheld tells that its partner may not have the event any more.
	withheld bool
	result   webhook.Result
}

func newParcel(w webhook.Waiting, to webhook.Receiver) *parcel {
	return &parcel{waiting: w, url: to.URL, to: webhook.Subscription{ID: w.Subscription}}
}

func (p *parcel) delivery() webhook.Delivery {
	return webhook.Delivery{ID: p.waiting.Seq, Sequence: p.waiting.Sequence, Subscription: p.to, Event: p.waiting.Event,
		Attempt: p.waiting.Tries + 1}
}

// Begin drops what is not to be sent any more: its subscription may have been paused, moved or deleted
// since it was read. It asks also whether the partner may have the event still, which may have waited for
// a day or be replayed after a month. An event may be sent twice; receivers know it by its id. What is
// under way elsewhere is read anew, and held until that is over.
func (d *Deliveries) Begin(ctx context.Context, _ fence.Claim, item dispatch.Item[*parcel]) error {
	p := item.Value
	if !d.flights.enter(p) {
		return fence.ErrOvertaken
	}
	err := d.begin(ctx, p)
	if err != nil {
		d.flights.leave(p)
	}
	return err
}

func (d *Deliveries) begin(ctx context.Context, p *parcel) error {
	sub, err := d.c.Queue.SubscriptionByID(lately(ctx, d.c.Now()), p.waiting.Subscription)
	switch {
	case errors.Is(err, webhook.ErrNotFound):
		return fence.ErrOvertaken
	case err != nil:
		return fmt.Errorf("looking up the subscription: %w", err)
	case sub.URL != p.url, p.probe && sub.Status != webhook.Stale, !p.probe && sub.Status != webhook.Active:
		return fence.ErrOvertaken
	}
	lets, err := d.c.Lets(ctx, p.waiting.Event)
	if err != nil {
		return fmt.Errorf("asking whether a partner may have an event: %w", err)
	}
	p.to, p.withheld = sub, !lets
	return nil
}

// Perform sends one event. An interrupted attempt needs no class of its own: it was cut off by our
// own stop, and nothing of it is settled.
func (d *Deliveries) Perform(ctx context.Context, item dispatch.Item[*parcel]) (end dispatch.End) {
	p := item.Value
	end.StartedAt = d.c.Now()
	if p.withheld {
		p.result = webhook.Result{Err: withheld, Unsent: true}
		end.Class, end.EndedAt, end.Unsent = dispatch.Refused, end.StartedAt, true
		return end
	}
	ctx, over := d.traced(ctx, p)
	defer func() { over(end.Class) }()
	p.result = d.send(ctx, p)
	if ctx.Err() != nil {
		d.flights.leave(p)
	}
	end.EndedAt, end.RetryAfter, end.Unsent = d.c.Now(), p.result.RetryAfter, p.result.Unsent
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
		"attempt", p.waiting.Tries+1, "status", p.result.StatusCode, "error", p.result.Err, p.result.Why())
	return end
}

func (d *Deliveries) send(ctx context.Context, p *parcel) webhook.Result {
	opened, err := d.c.Open(p.to)
	if err != nil {
		d.c.Log.Error("the secret of a subscription cannot be opened", "subscription_id", p.to.ID, "error", err)
		return webhook.Result{Verdict: webhook.Retry, Err: brokenDelivery, Cause: err, Unsent: true}
	}
	p.to = opened
	return d.c.Sender.Send(ctx, p.delivery())
}

// withheld is what partners read of an event that was not sent.
const withheld = "Waybill did not send the event: the fleet's share agreement lets you have it no more."

// damagedEvent is what partners read of an event that was lost in the store.
const damagedEvent = "Waybill did not send the event: what is stored of it cannot be read any more. " +
	"Read the state of what it was about; whoever runs Waybill finds the cause in its log."

// brokenDelivery is what partners read of an attempt that ended in a panic.
const brokenDelivery = "Waybill failed while it made the request; the receiver may have got it. " +
	"Whoever runs Waybill finds the cause in its log."

// Settle records the end of an attempt at a delivery.
func (d *Deliveries) Settle(ctx context.Context, claim fence.Claim, a dispatch.Attempt[*parcel]) error {
	p := a.Item.Value
	switch {
	case a.End.Class == dispatch.Broken:
		p.result = webhook.Result{Verdict: webhook.Retry, Err: brokenDelivery}
	case a.Verdict.Reason == dispatch.Ended:
		p.result = webhook.Result{Err: a.Item.End, Cause: p.waiting.Event.Damaged, Unsent: true}
	}
	s := webhook.Settled{Claim: claim, Waiting: p.waiting, State: webhook.DeliveryWaiting, NextAt: a.Verdict.At,
		Probe: p.probe, Result: p.result, Log: p.result.Log(p.delivery(), d.c.Now())}
	switch a.Verdict.Fate {
	case dispatch.Succeeds:
		s.State = webhook.DeliveryDone
	case dispatch.Fails:
		s.State = webhook.DeliveryDead
	case dispatch.Retries, dispatch.Asks:
	}
	if p.withheld {
		s.State = webhook.DeliveryWithheld
	}
	if err := d.record(ctx, p, s); err != nil {
		return err
	}
	d.watch(s, a.End)
	if n := p.to.Refused + 1; p.result.Refused && telling(n) {
		d.c.Log.Warn("a receiver refuses what counts as delivered", "subscription_id", p.to.ID,
			"event_id", p.waiting.Event.ID, "status", p.result.StatusCode, "refused", n)
	}
	if s.State == webhook.DeliveryDead {
		d.c.Log.Warn("delivery is given up", "subscription_id", p.to.ID, "event_id", p.waiting.Event.ID,
			"error", p.result.Err, p.result.Why())
	}
	return nil
}

// record stores the end of an attempt. Where nobody will try that again the attempt is over as well.
func (d *Deliveries) record(ctx context.Context, p *parcel, s webhook.Settled) error {
	again := false
	defer func() {
		if !again {
			d.flights.leave(p)
		}
	}()
	err := d.c.Queue.SettleDelivery(ctx, s)
	again = err != nil && !errors.Is(err, fence.ErrOvertaken) && !fence.IsLost(err)
	return err
}

// telling is true of the first, the tenth, the hundredth and so on: a receiver that refuses everything for
// ever must not fill the log.
func telling(n int64) bool {
	for ; n >= 10 && n%10 == 0; n /= 10 {
	}
	return n == 1
}

// Waiting lists the receivers for whom something waits.
func (d *Deliveries) Waiting(ctx context.Context) ([]fence.Lane, error) {
	ids, err := d.c.Receivers.WaitingReceivers(ctx)
	return lanes(fence.Receivers, ids), err
}
