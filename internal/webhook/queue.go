package webhook

import (
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
)

// Waiting is a delivery that has not ended: one event for one subscription.
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
	NextAt       time.Time
	// Pause tells that the receiver asked never to be called again.
	Pause bool
	Log   DeliveryLog
}
