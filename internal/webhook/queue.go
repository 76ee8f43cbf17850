package webhook

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
)

// Queue is what the lanes of receivers need of the store. A delivery waits in the queue of its
// receiver, or in its subscription's own while that is paused; the name of a queue is the id of
// either. Whatever changes a subscription, what waits for it is astray until Arrange has seen to it.
type Queue interface {
	// SubscriptionByID returns a subscription whoever's it is, or ErrNotFound.
	SubscriptionByID(ctx context.Context, id uuid.UUID) (Subscription, error)
	// Deliveries returns the oldest waiting deliveries of each chain of a queue, by the subject of
	// their events, which is the chain's key, and Seq. It costs as much as what it returns. An event that is
	// Damaged holds up no other.
	Deliveries(ctx context.Context, q fence.Query) ([]Waiting, error)
	// Number gives those of the deliveries that have none the next sequence numbers of their
	// subscriptions, in the order of Seq, and returns the numbers of all by their Seq. They are a partner's, who
	// takes turns with others.
	Number(ctx context.Context, partner uuid.UUID, seqs []int64) (map[int64]int64, error)
	// SettleDelivery records the end of an attempt; fence.ErrOvertaken unless the delivery still
	// waits with as many tries, its subscription lives, and the lane was not claimed anew. The
	// subscription is stored as Subscription.After leaves it, those of its receiver that it Draws go
	// Along with it, and what changed of their status is told. A probe that FreesLane wakes it.
	// The event of a delivery that is done or withheld goes with its last delivery.
	SettleDelivery(ctx context.Context, s Settled) error
}

// Receivers is what a store knows of those to whom deliveries go.
type Receivers interface {
	// Receiver returns a receiver, or ErrNotFound.
	Receiver(ctx context.Context, id uuid.UUID) (Receiver, error)
	// ReceiverOf returns a partner's receiver by its URL, or ErrNotFound.
	ReceiverOf(ctx context.Context, partner uuid.UUID, url string) (Receiver, error)
	// Arrange brings some of what is astray at a receiver's subscriptions to where it belongs, and
	// tells whether there is more. Each call does a bounded amount of work.
	Arrange(ctx context.Context, receiver uuid.UUID) (more bool, err error)
	// WaitingReceivers lists the receivers with subscriptions, active or stale, that hold waiting
	// deliveries, and those where something is astray, at a cost that does not follow how many
	// deliveries there are.
	WaitingReceivers(ctx context.Context) ([]uuid.UUID, error)
	// MendReceiver gives a receiver that is Damaged, and all its subscriptions, the URL of one of them that
	// opens, and wakes its lane. If none does, those that are active become stale, which it returns.
	MendReceiver(ctx context.Context, receiver uuid.UUID) (stale []uuid.UUID, err error)
}

// Receiver is one URL of one partner, whatever subscriptions lead to it. What is told there of one
// subject is told in order.
type Receiver struct {
	ID, Partner uuid.UUID
	URL         string
	// Damaged says why the URL that is stored cannot be read; nil if it can. URL is "" then.
	Damaged error
	// Astray tells that Arrange has something to do, and Stale that those of its subscriptions that are
	// not paused are stale.
	Astray, Stale bool
	// Filed is the place of the newest event of a feed, and Swept that of the last one that was removed;
	// 0 for none.
	Filed, Swept int64
}

// Waiting is a delivery that has not ended: one event for one subscription. Seq is given by the
// store and orders the deliveries of a chain; a number is never given again.
type Waiting struct {
	Seq          int64
	Subscription uuid.UUID
	// Sequence counts the deliveries of the subscription without a gap, from 1; 0 before it is numbered.
	Sequence int64
	Tries    int
	NextAt   time.Time
	Event    event.Event
}

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states of a delivery. One that was delivered is kept only in the log; one that was
// given up is a dead letter.
const (
	DeliveryWaiting DeliveryState = "waiting"
	DeliveryDone    DeliveryState = "delivered"
	DeliveryDead    DeliveryState = "dead"
	// DeliveryWithheld was not sent: its partner may not have the event any more. It is kept only in the
	// log, and says nothing of the receiver.
	DeliveryWithheld DeliveryState = "withheld"
)

// Settled is the end of one attempt at a delivery; it is written in one transaction.
type Settled struct {
	// Claim is under which the attempt was made.
	Claim   fence.Claim
	Waiting Waiting
	State   DeliveryState
	// NextAt is when the next attempt is due; it means nothing once the delivery has ended, or of a Probe.
	NextAt time.Time
	// Probe tells that the attempt showed how the receiver is: it uses up none of the delivery's tries, and
	// a delivery that goes on waiting is due when it was.
	Probe bool
	// Result is what came of the attempt, and Log what is kept of it.
	Result Result
	Log    DeliveryLog
}

// Tries are those that the delivery has used up.
func (s Settled) Tries() int {
	if s.Probe {
		return s.Waiting.Tries
	}
	return s.Waiting.Tries + 1
}

// PutsNothingOff tells that the delivery goes on waiting and is due when it was: the pace of probes stands in
// the subscription's health.
func (s Settled) PutsNothingOff() bool { return s.Probe && s.State == DeliveryWaiting }

// FreesLane tells that a probe has ended with its delivery: the lane is to look for the next one, and nobody
// else has it do so.
func (s Settled) FreesLane() bool { return s.Probe && s.State != DeliveryWaiting }

// Dropped tells that nothing is kept of the delivery but its log. One that is dead stays, with its event: it
// is a dead letter.
func (s Settled) Dropped() bool { return s.State == DeliveryDone || s.State == DeliveryWithheld }

// Until is what is kept as the time of the delivery: when its next attempt is due, or when it died.
func (s Settled) Until() time.Time {
	if s.State == DeliveryWaiting {
		return s.NextAt
	}
	return s.Log.CreatedAt
}
