package webhook

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Quarter is in what steps of time deliveries are counted: figures over a window also tell of up to so
// much before it.
const Quarter = 15 * time.Minute

// Count is what came of a subscription's deliveries in a quarter of an hour.
type Count struct {
	// Quarter is when it began.
	Quarter time.Time
	// Requests are the attempts that ended in it. Accepted were answered with 2xx, and Answered with
	// anything, after Took milliseconds in all.
	Requests, Accepted, Answered, Took int64
	// Messages are the events that occurred in it and were tried, and Delivered those of them that were
	// delivered in the end.
	Messages, Delivered int64
}

// Plus is the sum of two counts of one quarter.
func (c Count) Plus(o Count) Count {
	return Count{Quarter: o.Quarter, Requests: c.Requests + o.Requests, Accepted: c.Accepted + o.Accepted,
		Answered: c.Answered + o.Answered, Took: c.Took + o.Took, Messages: c.Messages + o.Messages,
		Delivered: c.Delivered + o.Delivered}
}

// Counts returns what the end of an attempt adds to the counts of its subscription, one for each
// quarter. A message counts when its event occurred, so that it is counted once however often and
// late it is tried. What was withheld was not tried.
func (s Settled) Counts() []Count {
	if s.State == DeliveryWithheld {
		return nil
	}
	attempt := Count{Quarter: s.Log.CreatedAt.Truncate(Quarter)}
	if !s.Result.Unsent {
		attempt.Requests = 1
	}
	if s.Log.StatusCode >= 200 && s.Log.StatusCode < 300 {
		attempt.Accepted = 1
	}
	if s.Log.ResponseTimeMS != nil {
		attempt.Answered, attempt.Took = 1, int64(*s.Log.ResponseTimeMS)
	}
	message := Count{Quarter: s.Waiting.Event.OccurredAt.Truncate(Quarter)}
	// A probe uses up no try, so a message counts with the first attempt that does, or that ends it.
	if s.Waiting.Tries == 0 && (!s.Probe || s.State != DeliveryWaiting) {
		message.Messages = 1
	}
	if s.State == DeliveryDone {
		message.Delivered = 1
	}
	switch {
	case message.Messages+message.Delivered == 0:
		return []Count{attempt}
	case message.Quarter.Equal(attempt.Quarter):
		attempt.Messages, attempt.Delivered = message.Messages, message.Delivered
		return []Count{attempt}
	}
	return []Count{attempt, message}
}

// Figures keeps what came of deliveries in numbers. What others have costs nothing.
type Figures interface {
	// Counts returns the counts of a subscription in quarters that begin at a time or later, at a cost
	// that does not follow how many deliveries there were.
	Counts(ctx context.Context, subscription uuid.UUID, from time.Time) ([]Count, error)
	// CountDeadLetters returns how many dead letters a subscription has, which are counted one by one.
	CountDeadLetters(ctx context.Context, subscription uuid.UUID) (int, error)
	// CountWaiting counts the deliveries of a subscription that wait, up to a number of them.
	CountWaiting(ctx context.Context, subscription uuid.UUID, most int) (int, error)
}

// Periods is the contract's TimePeriodMetric; nil where there is no figure.
type Periods struct {
	H6  *int64 `json:"6h"`
	H24 *int64 `json:"24h"`
	D7  *int64 `json:"7d"`
	D14 *int64 `json:"14d"`
}

// Metrics is the contract's WebhookMetrics.
type Metrics struct {
	WebhookID         uuid.UUID `json:"webhook_id"`
	Attempts          Periods   `json:"http_attempts"`
	SuccessAttempts   Periods   `json:"http_success_attempts"`
	FailureAttempts   Periods   `json:"http_failure_attempts"`
	Messages          Periods   `json:"message_count"`
	MessagesDelivered Periods   `json:"message_success_count"`
	SuccessRate       Periods   `json:"success_rate"`
	ResponseTimeMS    Periods   `json:"avg_response_time_ms"`
	EWMASuccessRate   *float64  `json:"ewma_success_rate"`
	DeadLetters       int       `json:"dlq_count"`
}

// Metrics returns the figures of a partner's subscription.
func (s *Service) Metrics(ctx context.Context, partner, id uuid.UUID) (Metrics, error) {
	sub, err := s.Get(ctx, partner, id)
	if err != nil {
		return Metrics{}, err
	}
	now := s.c.Now()
	counts, err := s.c.Store.Counts(ctx, id, now.Add(-Kept).Truncate(Quarter))
	if err != nil {
		return Metrics{}, fmt.Errorf("reading the counts of deliveries: %w", err)
	}
	dead, err := s.c.Store.CountDeadLetters(ctx, id)
	if err != nil {
		return Metrics{}, fmt.Errorf("counting dead letters: %w", err)
	}
	return measure(sub, counts, dead, now), nil
}

// mostBacklog bounds the deliveries that are counted as waiting.
const mostBacklog = 200

// Backlog returns how many deliveries of a partner's subscription wait, and whether there are more than were counted.
func (s *Service) Backlog(ctx context.Context, partner, id uuid.UUID) (n int, more bool, err error) {
	if _, err := s.Get(ctx, partner, id); err != nil {
		return 0, false, err
	}
	if n, err = s.c.Store.CountWaiting(ctx, id, mostBacklog+1); err != nil {
		return 0, false, fmt.Errorf("counting the deliveries that wait: %w", err)
	}
	return min(n, mostBacklog), n > mostBacklog, nil
}

// measure makes the figures of what was counted.
func measure(sub Subscription, counts []Count, dead int, now time.Time) Metrics {
	m := Metrics{WebhookID: sub.ID, DeadLetters: dead}
	if sub.Health.Counted > 0 {
		m.EWMASuccessRate = &sub.Health.Success
	}
	for _, window := range []struct {
		span time.Duration
		of   func(*Periods) **int64
	}{
		{6 * time.Hour, func(p *Periods) **int64 { return &p.H6 }},
		{24 * time.Hour, func(p *Periods) **int64 { return &p.H24 }},
		{7 * 24 * time.Hour, func(p *Periods) **int64 { return &p.D7 }},
		{14 * 24 * time.Hour, func(p *Periods) **int64 { return &p.D14 }},
	} {
		sum := total(counts, now.Add(-window.span).Truncate(Quarter))
		*window.of(&m.Attempts) = &sum.Requests
		*window.of(&m.SuccessAttempts) = &sum.Accepted
		*window.of(&m.FailureAttempts) = new(sum.Requests - sum.Accepted)
		*window.of(&m.Messages) = &sum.Messages
		*window.of(&m.MessagesDelivered) = &sum.Delivered
		*window.of(&m.SuccessRate) = sum.rate()
		*window.of(&m.ResponseTimeMS) = sum.responseTime()
	}
	return m
}

func total(counts []Count, from time.Time) (sum Count) {
	for _, c := range counts {
		if c.Quarter.Before(from) {
			continue
		}
		sum.Requests, sum.Accepted = sum.Requests+c.Requests, sum.Accepted+c.Accepted
		sum.Answered, sum.Took = sum.Answered+c.Answered, sum.Took+c.Took
		sum.Messages, sum.Delivered = sum.Messages+c.Messages, sum.Delivered+c.Delivered
	}
	return sum
}

// ratedFrom is from how many messages up the contract gives a rate.
const ratedFrom = 200

// rate is cut and not rounded: 100 means that all were delivered.
func (c Count) rate() *int64 {
	if c.Messages < ratedFrom {
		return nil
	}
	return new(100 * c.Delivered / c.Messages)
}

func (c Count) responseTime() *int64 {
	if c.Answered == 0 {
		return nil
	}
	return new((c.Took + c.Answered/2) / c.Answered)
}
