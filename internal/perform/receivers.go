package perform

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// The streams of a receiver's lane. Events of active subscriptions are chained by their subject,
// whatever subscription they are for, so that what happened to one thing is told in its order. While they
// are stale the lane holds one delivery, which shows whether the receiver is back.
const (
	eventStream = "event"
	probeStream = "probe"
)

// MostDeliveries bounds the requests to one receiver in flight: whoever answers within 100 ms thus gets 2,500 a
// second. In its lane there may be twice as many attempts, since one that was answered is being settled yet.
const MostDeliveries = 256

// Heads returns chains of a receiver's waiting deliveries.
func (d *Deliveries) Heads(ctx context.Context, q fence.Query) (dispatch.Batch[*parcel], error) {
	// What is in flight at once is of different subjects, as a chain has one in flight.
	batch := dispatch.Batch[*parcel]{Parallel: 2 * MostDeliveries}
	to, err := d.c.Receivers.Receiver(lately(ctx, d.c.Now()), q.Lane.ID)
	if errors.Is(err, webhook.ErrNotFound) {
		return batch, nil
	}
	if err != nil {
		return batch, fmt.Errorf("looking up the receiver: %w", err)
	}
	batch.Owner = dispatch.Owner{ID: to.Partner}
	if to.Damaged != nil {
		return batch, d.mend(ctx, to)
	}
	if to.Astray {
		if err := d.arrange(ctx, to); err != nil {
			return batch, err
		}
	}
	if to.URL == webhook.FeedURL {
		if to.Astray {
			// What came here from a receiver may be being answered there yet.
			d.flights.landed(ctx, to.Partner)
		}
		return batch, d.c.Feed.File(ctx, to.ID)
	}
	var parcels []*parcel
	chains, stream := 0, eventStream
	if to.Stale {
		stream = probeStream
	}
	switch {
	case q.Stream.Name != "" && q.Stream.Name != stream:
	case to.Stale:
		parcels, err = d.probe(ctx, to, q.After)
		chains = len(parcels)
	default:
		parcels, chains, err = d.events(ctx, to, q)
	}
	if err != nil {
		return batch, err
	}
	begun := d.c.Now()
	if err := d.number(ctx, to, parcels); err != nil {
		return batch, err
	}
	batch.Waited = d.c.Now().Sub(begun)
	for _, p := range parcels {
		i := p.item(to)
		i.Held = d.flights.under(p)
		batch.Items = append(batch.Items, i)
	}
	// The page was full, so there may be more.
	if chains >= q.Chains {
		batch.Streams = []fence.Stream{{Name: stream}}
	}
	return batch, nil
}

// arrange brings what waits for subscriptions that were paused, activated or moved to where it belongs,
// before anything is read: until then the order of what waits cannot be told.
func (d *Deliveries) arrange(ctx context.Context, to webhook.Receiver) error {
	for more := true; more; {
		var err error
		if more, err = d.c.Receivers.Arrange(ctx, to.ID); err != nil {
			return fmt.Errorf("arranging deliveries: %w", err)
		}
	}
	return nil
}

// events reads a page of what waits for active subscriptions.
func (d *Deliveries) events(ctx context.Context, to webhook.Receiver, q fence.Query) (
	all []*parcel, chains int, err error) {
	q.Stream, q.After = fence.Stream{}, strings.TrimPrefix(q.After, eventStream+"/")
	waiting, err := d.c.Queue.Deliveries(ctx, q)
	if err != nil {
		return nil, 0, fmt.Errorf("reading deliveries: %w", err)
	}
	for i, w := range waiting {
		if i == 0 || w.Event.Subject != waiting[i-1].Event.Subject {
			chains++
		}
		all = append(all, newParcel(w, to))
	}
	return all, chains, nil
}

// probed is among how many chains probes take turns, so that an event of which its receiver cannot take
// delivery does not keep all others waiting.
const probed = 8

// probe reads one delivery of a stale receiver. It is the first of its chain, so it overtakes nothing, and
// due when its subscription is.
func (d *Deliveries) probe(ctx context.Context, to webhook.Receiver, after string) ([]*parcel, error) {
	if after != "" {
		return nil, nil
	}
	waiting, err := d.c.Queue.Deliveries(ctx,
		fence.Query{Lane: fence.Lane{Kind: fence.Receivers, ID: to.ID}, Chains: probed, Depth: 1})
	if err != nil {
		return nil, fmt.Errorf("reading deliveries of a stale receiver: %w", err)
	}
	if len(waiting) == 0 {
		return nil, nil
	}
	w := waiting[0]
	sub, err := d.c.Queue.SubscriptionByID(ctx, w.Subscription)
	if err == nil {
		w = waiting[sub.Health.Counted%len(waiting)]
		sub, err = d.c.Queue.SubscriptionByID(ctx, w.Subscription)
	}
	switch {
	case errors.Is(err, webhook.ErrNotFound):
		// Whoever deleted it has woken the lane.
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("looking up a stale subscription: %w", err)
	}
	p := newParcel(w, to)
	p.waiting.NextAt, p.probe = sub.ProbeAt(), true
	return []*parcel{p}, nil
}

// number has deliveries that are taken for the first time numbered, all of a page in one write.
func (d *Deliveries) number(ctx context.Context, to webhook.Receiver, parcels []*parcel) error {
	var fresh []int64
	for _, p := range parcels {
		if p.waiting.Sequence == 0 {
			fresh = append(fresh, p.waiting.Seq)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	numbers, err := d.c.Queue.Number(ctx, to.Partner, fresh)
	if err != nil {
		return fmt.Errorf("numbering deliveries: %w", err)
	}
	for _, p := range parcels {
		if n, ok := numbers[p.waiting.Seq]; ok {
			p.waiting.Sequence = n
		}
	}
	return nil
}

// item is a parcel as its lane sees it. The tries of a probe are no streak: a delivery is not given up
// while its subscription is stale.
func (p *parcel) item(to webhook.Receiver) dispatch.Item[*parcel] {
	i := dispatch.Item[*parcel]{Seq: p.waiting.Seq, NotBefore: p.waiting.NextAt, Value: p}
	if p.waiting.Event.Damaged != nil {
		i.End = damagedEvent
	}
	if p.probe {
		i.Key = probeStream + "/" + to.ID.String()
		return i
	}
	i.Key, i.Streak = eventStream+"/"+p.waiting.Event.Subject.String(), p.waiting.Tries
	return i
}
