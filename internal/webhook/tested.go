package webhook

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/wire"
)

// EventTest is the name of the event that a test delivers. Nothing else raises it, and nobody can subscribe to it.
const EventTest = "webhook.test"

// headerTest marks the delivery of a test beside the name of its event.
const headerTest = "X-Waybill-Test"

// TestOutcome is what a test of a receiver found.
type TestOutcome string

// The outcomes.
const (
	// TestDelivered: the receiver answered with 2xx.
	TestDelivered TestOutcome = "delivered"
	// TestRefused: it answered with anything else.
	TestRefused TestOutcome = "refused"
	// TestUnanswered: it gave no answer that can be read, or was not asked.
	TestUnanswered TestOutcome = "unanswered"
)

// Tested is the answer to a test: what was found, and why it is not TestDelivered.
type Tested struct {
	Webhook uuid.UUID   `json:"webhook_id"`
	Message uuid.UUID   `json:"message_id"`
	Event   string      `json:"event_name"`
	Outcome TestOutcome `json:"outcome"`
	// StatusCode and ResponseTimeMS are nil where no answer came.
	StatusCode     *int      `json:"status_code"`
	ResponseTimeMS *int      `json:"response_time_ms"`
	Problem        *string   `json:"problem"`
	Status         Status    `json:"status"`
	At             wire.Time `json:"tested_at"`
}

// Tests is what a Service tests receivers with.
type Tests struct {
	// Send makes one attempt; a Sender's.
	Send func(ctx context.Context, d Delivery) Result
	// Note writes into the audit log that a subscription is tested.
	Note func(ctx context.Context, id uuid.UUID) error
}

// The bounds of tests in each process: how long after one of a subscription the next may begin, and how many of a partner are under way at once.
const (
	testApart  = 10 * time.Second
	mostFlying = 4
)

// desk admits tests.
type desk struct {
	mu     sync.Mutex
	until  map[uuid.UUID]time.Time
	flying map[uuid.UUID]int
}

// begin admits a test of a partner's subscription, which over ends, or says why it is too early. One of which nothing was sent
// counts as none.
func (d *desk) begin(s Subscription, now time.Time) (over func(sent bool), err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for other, until := range d.until {
		if !until.After(now) {
			delete(d.until, other)
		}
	}
	if until, early := d.until[s.ID]; early {
		return nil, &problem.Error{Code: problem.TooMany, RetryAfter: until.Sub(now), Detail: fmt.Sprintf(
			"this subscription was tested less than %s ago, and its receiver was not asked again: send the request later", testApart)}
	}
	if d.flying[s.Partner] >= mostFlying {
		return nil, &problem.Error{Code: problem.TooMany, RetryAfter: time.Second, Detail: fmt.Sprintf(
			"%d tests of your subscriptions are under way, which are as many as may be at once: send the request when one has ended", mostFlying)}
	}
	if d.until == nil {
		d.until, d.flying = map[uuid.UUID]time.Time{}, map[uuid.UUID]int{}
	}
	until := now.Add(testApart)
	d.until[s.ID] = until
	d.flying[s.Partner]++
	return func(sent bool) {
		d.mu.Lock()
		defer d.mu.Unlock()
		// Another test may have begun after so long a note.
		if !sent && d.until[s.ID].Equal(until) {
			delete(d.until, s.ID)
		}
		if d.flying[s.Partner]--; d.flying[s.Partner] == 0 {
			delete(d.flying, s.Partner)
		}
	}, nil
}

// Test sends a partner's subscription one event that is marked as a test, signed and sent as all are, in whatever state the
// subscription is. It is tried once and kept nowhere: no log, no figure and no breaker knows of it, and no answer to it
// changes the subscription.
func (s *Service) Test(ctx context.Context, partner, id uuid.UUID) (Tested, error) {
	sub, err := s.stored(ctx, partner, id)
	if err == nil {
		err = sub.usable()
	}
	if err != nil {
		return Tested{}, err
	}
	if sub.URL == FeedURL {
		return Tested{}, problem.New(problem.Conflict, "the events of this subscription are read and not sent, so there is no receiver to test; "+
			"GET /v2/notifications/events reads them")
	}
	opened, err := OpenSecret(s.c.Sealer, sub, s.c.Now())
	if err != nil {
		return Tested{}, err
	}
	over, err := s.desk.begin(sub, s.c.Now())
	if err != nil {
		return Tested{}, err
	}
	sent := false
	defer func() { over(sent) }()
	if err := s.c.Tests.Note(ctx, id); err != nil {
		return Tested{}, fmt.Errorf("noting the test of a subscription: %w", err)
	}
	e, err := Told(EventTest, sub)
	if err != nil {
		return Tested{}, err
	}
	e.OccurredAt = s.c.Now().UTC().Truncate(time.Microsecond)
	sent = true
	r := s.c.Tests.Send(ctx, Delivery{Subscription: opened, Event: e, Attempt: 1, Test: true})
	if r.Verdict == Interrupted {
		return Tested{}, fmt.Errorf("testing subscription %s: %w", id, context.Cause(ctx))
	}
	return r.tested(sub, e.ID, s.c.Now()), nil
}

// tested is what a test says to its partner.
func (r Result) tested(s Subscription, message uuid.UUID, at time.Time) Tested {
	t := Tested{Webhook: s.ID, Message: message, Event: EventTest, Outcome: TestUnanswered, Problem: wire.Optional(r.Err), Status: s.Status,
		At: wire.Time(at.UTC().Truncate(time.Microsecond))}
	if r.StatusCode == 0 {
		return t
	}
	ms := int(r.Duration.Milliseconds())
	t.StatusCode, t.ResponseTimeMS, t.Outcome = &r.StatusCode, &ms, TestRefused
	if r.StatusCode >= 200 && r.StatusCode < 300 {
		t.Outcome, t.Problem = TestDelivered, nil
		return t
	}
	said := strings.TrimSpace(fmt.Sprintf("The receiver answered %d %s", r.StatusCode, http.StatusText(r.StatusCode))) + ". "
	switch {
	case r.Verdict == Gone:
		said += "At that an event is given up, and all subscriptions to its URL pause."
	case r.StatusCode == http.StatusTooManyRequests || r.StatusCode >= 500:
		said += "At that an event is sent again later."
	case r.Refused:
		said += "At that an event counts as delivered, as the contract says, and is not sent again. " + remedy(r.StatusCode)
	default:
		said += "At that an event of this subscription is sent again later. " + remedy(r.StatusCode)
	}
	t.Problem = &said
	return t
}
