package perform

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// The streams of a receiver's lane. Events of active subscriptions are chained by their subject,
// whatever subscription they are for, so that what happened to one thing is told in its order. Of each
// stale subscription one delivery is a chain of its own: the probe that shows whether the receiver is
// back.
const (
	eventStream = "event"
	probeStream = "probe"
)

// Heads returns chains of a receiver's waiting deliveries.
func (d *Deliveries) Heads(ctx context.Context, q fence.Query) (dispatch.Batch[*parcel], error) {
	// What is in flight at once is of different subjects, as a chain has one in flight.
	batch := dispatch.Batch[*parcel]{Parallel: dispatch.MostAtOnce}
	to, err := d.c.Receivers.Receiver(ctx, q.Lane.ID)
	if errors.Is(err, webhook.ErrNotFound) {
		return batch, nil
	}
	if err != nil {
		return batch, fmt.Errorf("looking up the receiver: %w", err)
	}
	batch.Owner = to.Partner
	if to.Astray {
		if err := d.arrange(ctx, to); err != nil {
			return batch, err
		}
	}
	var parcels []*parcel
	chains := 0
	if q.Stream != probeStream {
		if parcels, chains, err = d.events(ctx, to, q); err != nil {
			return batch, err
		}
	}
	if q.Stream != eventStream && chains < q.Chains {
		probes, err := d.probes(ctx, to, q.After, q.Chains-chains)
		if err != nil {
			return batch, err
		}
		parcels, chains = append(parcels, probes...), chains+len(probes)
	}
	if err := d.number(ctx, parcels); err != nil {
		return batch, err
	}
	for _, p := range parcels {
		batch.Items = append(batch.Items, p.item())
	}
	// The page was full, so there may be more.
	if chains >= q.Chains {
		batch.Streams = []string{eventStream, probeStream}
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
func (d *Deliveries) events(ctx context.Context, to webhook.Receiver, q fence.Query) (all []*parcel, chains int, err error) {
	q.Stream, q.After = "", strings.TrimPrefix(q.After, eventStream+"/")
	waiting, err := d.c.Queue.Deliveries(ctx, q)
	if err != nil {
		return nil, 0, fmt.Errorf("reading deliveries: %w", err)
	}
	for i, w := range waiting {
		if i == 0 || w.Event.Subject != waiting[i-1].Event.Subject {
			chains++
		}
		all = append(all, &parcel{waiting: w, url: to.URL})
	}
	return all, chains, nil
}

// probes reads the oldest delivery of each stale subscription, which is due when the subscription is.
func (d *Deliveries) probes(ctx context.Context, to webhook.Receiver, after string, most int) (all []*parcel, err error) {
	var behind uuid.UUID
	if last, ok := strings.CutPrefix(after, probeStream+"/"); ok {
		if behind, err = uuid.Parse(last); err != nil {
			return nil, fmt.Errorf("reading the key of a probe: %w", err)
		}
	}
	stale, err := d.c.Receivers.StaleOf(ctx, to.ID, behind, most)
	if err != nil {
		return nil, fmt.Errorf("reading stale subscriptions: %w", err)
	}
	for _, sub := range stale {
		own := fence.Query{Lane: fence.Lane{Kind: fence.Receivers, ID: sub.ID}, Chains: 1, Depth: 1}
		waiting, err := d.c.Queue.Deliveries(ctx, own)
		if err != nil {
			return nil, fmt.Errorf("reading a stale subscription's delivery: %w", err)
		}
		for _, w := range waiting {
			w.NextAt = sub.ProbeAt()
			all = append(all, &parcel{waiting: w, url: to.URL, probe: true})
		}
	}
	return all, nil
}

// number has deliveries that are taken for the first time numbered, all of a page in one write.
func (d *Deliveries) number(ctx context.Context, parcels []*parcel) error {
	var fresh []int64
	for _, p := range parcels {
		if p.waiting.Sequence == 0 {
			fresh = append(fresh, p.waiting.Seq)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	numbers, err := d.c.Queue.Number(ctx, fresh)
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
func (p *parcel) item() dispatch.Item[*parcel] {
	i := dispatch.Item[*parcel]{Seq: p.waiting.Seq, NotBefore: p.waiting.NextAt, Value: p}
	if p.probe {
		i.Key = probeStream + "/" + p.waiting.Subscription.String()
		return i
	}
	i.Key, i.Streak = eventStream+"/"+p.waiting.Event.Subject.String(), p.waiting.Tries
	return i
}
