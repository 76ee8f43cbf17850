package webhook

import (
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
)

// Delivery is one event on its way to one subscription.
type Delivery struct {
	// ID is the row's number in the store; deliveries of one subscription ascend by it.
	ID int64
	// Sequence counts the deliveries of the subscription without a gap, in the order in which they were
	// first taken up; it stays the same over retries and replays.
	Sequence int64
	// Subscription holds its secret in the clear; see OpenSecret.
	Subscription Subscription
	Event        event.Event
	// Attempt counts from 1.
	Attempt int
	// Test tells that it is no event of the subscription's, but asked for to see whether it arrives.
	Test bool
}

// Verdict is what an attempt means for its delivery.
type Verdict string

// The verdicts.
const (
	// Delivered: the receiver answered, and not with 5xx, 429 or 410; see Result.Refused.
	Delivered Verdict = "delivered"
	// Retry: it failed and is tried again by the schedule, not before Result.RetryAfter.
	Retry Verdict = "retry"
	// Gone: the receiver answered 410: the delivery ends and the subscription pauses.
	Gone Verdict = "gone"
	// Interrupted: our own context ended first, as at shutdown. The attempt does not count and
	// leaves no log entry; the receiver may have seen it.
	Interrupted Verdict = "interrupted"
)

// Result is what came of one attempt.
type Result struct {
	Verdict Verdict
	// StatusCode is the receiver's answer, 0 when it gave none.
	StatusCode int
	// Refused tells that the answer was no success and counts as delivered all the same.
	Refused bool
	// Signed is what the last request of it signed; zero if none was made.
	Signed Signed
	// Learned is the encoding that the receiver has shown to read, "" where it has shown nothing.
	Learned Encoding
	// URL is where it was sent, and Attempt which one it was. Attempt is 0 where the outcome says
	// nothing of the receiver, because the failure was our own.
	URL     string
	Attempt int
	// Unsent tells that nothing was sent to the receiver, by our own fault or decision.
	Unsent bool
	// Err says in a full sentence, fit for the partner, why there was no success.
	Err      string
	Duration time.Duration
	// RetryAfter is the receiver's own wish, from a 429 or 503, at most an hour; 0 for none.
	RetryAfter time.Duration
	// Cause is what Err was made from, for the operator's log only: it may name addresses.
	Cause error
}

// Why is the cause for a line of the log; nothing where none is known but the answer, as of a receiver that is gone.
func (r Result) Why() slog.Attr {
	if r.Cause == nil {
		return slog.Attr{}
	}
	return slog.Any("cause", r.Cause)
}

// Log returns the log entry of an attempt that ended at a time.
func (r Result) Log(d Delivery, at time.Time) DeliveryLog {
	entry := DeliveryLog{
		ID:           uuid.Must(uuid.NewV7()), // fails only without a source of randomness
		Subscription: d.Subscription.ID,
		EventID:      d.Event.ID,
		EventName:    d.Event.Name,
		Status:       LogFailed,
		StatusCode:   r.StatusCode,
		CreatedAt:    at.UTC().Truncate(time.Microsecond),
		Subject:      d.Event.Subject,
		Attempt:      d.Attempt,
		Signed:       r.Signed,
	}
	if r.Verdict == Delivered {
		entry.Status = LogSuccess
	}
	if r.Err != "" {
		entry.ErrorMessage = &r.Err
	}
	// How long nothing was waited for is no response time.
	if r.StatusCode != 0 {
		ms := int(r.Duration.Milliseconds())
		entry.ResponseTimeMS = &ms
	}
	return entry
}
