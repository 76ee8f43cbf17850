package webhook

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
)

// Queue is what the lanes of subscriptions need of the store.
type Queue interface {
	// SubscriptionByID returns a subscription whoever's it is, or ErrNotFound.
	SubscriptionByID(ctx context.Context, id uuid.UUID) (Subscription, error)
	// Deliveries returns the oldest waiting deliveries of each chain of a subscription, by the
	// subject of their events, which is the chain's key, and Seq.
	Deliveries(ctx context.Context, q fence.Query) ([]Waiting, error)
	// SettleDelivery records the end of an attempt; fence.ErrOvertaken unless the delivery still
	// waits with as many tries and the lane was not claimed anew. The event of one that is done goes with its last delivery.
	SettleDelivery(ctx context.Context, s Settled) error
	// WaitingSubscriptions lists the subscriptions that hold waiting deliveries, at a cost that
	// does not follow how many there are.
	WaitingSubscriptions(ctx context.Context) ([]uuid.UUID, error)
}

// Waiting is a delivery that has not ended: one event for one subscription. Seq is given by the
// store and orders the deliveries of a chain; a number may be given again after its row is gone.
type Waiting struct {
	Seq    int64
	Tries  int
	NextAt time.Time
	Event  event.Event
}

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states of a delivery. One that was delivered is kept only in the log; one that was
// given up is a dead letter.
const (
	DeliveryWaiting DeliveryState = "waiting"
	DeliveryDone    DeliveryState = "delivered"
	DeliveryDead    DeliveryState = "dead"
)

// Settled is the end of one attempt at a delivery; it is written in one transaction.
type Settled struct {
	// Claim is under which the attempt was made.
	Claim        fence.Claim
	Waiting      Waiting
	Subscription uuid.UUID
	State        DeliveryState
	// NextAt is when the next attempt is due; it means nothing once the delivery has ended.
	NextAt time.Time
	// Pause tells that the receiver asked never to be called again.
	Pause bool
	Log   DeliveryLog
}

// Until is what is kept as the time of the delivery: when its next attempt is due, or when it died.
func (s Settled) Until() time.Time {
	if s.State == DeliveryWaiting {
		return s.NextAt
	}
	return s.Log.CreatedAt
}
