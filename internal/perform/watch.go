package perform

import (
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Watch is told how work ends, for whoever looks at the service as a whole. It is told no ids. Its methods
// must be quick, and are called by many goroutines.
type Watch interface {
	// Attempted is told the class (tsp.Class) of an attempt at a write.
	Attempted(tsp, class string, took time.Duration)
	// Ended is told how an operation ended, as its wire form has it, and how long after it was accepted.
	Ended(tsp, end string, age time.Duration)
	// Imported is told the class (dispatch.Class) of an import.
	Imported(tsp, class string)
	// Delivered is told what came of an attempt at a delivery, one of the outcomes. took is negative if nothing
	// was sent, and lag, how long before its event had occurred, if the receiver did not take it.
	Delivered(outcome string, took, lag time.Duration)
}

// The outcomes of attempts at deliveries.
const (
	// OutcomeDelivered: the receiver took it.
	OutcomeDelivered = "delivered"
	// OutcomeRefused: the receiver answered with an error that counts as delivered.
	OutcomeRefused = "refused"
	// OutcomeRetried: it is tried again.
	OutcomeRetried = "retried"
	// OutcomeDead: it is given up.
	OutcomeDead = "dead"
	// OutcomeGone: the receiver wants nothing any more.
	OutcomeGone = "gone"
	// OutcomeWithheld: nothing was sent, because its partner may not have it any more.
	OutcomeWithheld = "withheld"
)

// outcome is what came of an attempt that is settled.
func outcome(s webhook.Settled) string {
	switch {
	case s.State == webhook.DeliveryWithheld:
		return OutcomeWithheld
	case s.Result.Verdict == webhook.Gone:
		return OutcomeGone
	case s.State == webhook.DeliveryDead:
		return OutcomeDead
	case s.State != webhook.DeliveryDone:
		return OutcomeRetried
	case s.Result.Refused:
		return OutcomeRefused
	}
	return OutcomeDelivered
}

// watch tells of a delivery's attempt.
func (d *Deliveries) watch(s webhook.Settled, end dispatch.End) {
	came, took, lag := outcome(s), time.Duration(-1), time.Duration(-1)
	if !s.Result.Unsent {
		took = end.EndedAt.Sub(end.StartedAt)
	}
	if came == OutcomeDelivered {
		lag = max(end.EndedAt.Sub(s.Waiting.Event.OccurredAt), 0)
	}
	d.c.Watch.Delivered(came, took, lag)
}

// watch tells of an operation that has ended.
func (w *Writes) watch(op operation.Operation) {
	if op.State.Ended() {
		w.c.Watch.Ended(string(op.TSP), string(op.State), op.UpdatedAt.Sub(op.CreatedAt))
	}
}

// unwatched is where nobody looks.
type unwatched struct{}

func (unwatched) Attempted(string, string, time.Duration)        {}
func (unwatched) Ended(string, string, time.Duration)            {}
func (unwatched) Imported(string, string)                        {}
func (unwatched) Delivered(string, time.Duration, time.Duration) {}
