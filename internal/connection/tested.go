package connection

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// Verdict is what a test of a connection's credentials found.
type Verdict string

// The verdicts. Unanswered: the TSP said nothing of the credentials, so nothing is known of them.
const (
	Works      Verdict = "works"
	Refused    Verdict = "refused"
	Unanswered Verdict = "unanswered"
)

// Tested is the answer to a test: what was found, and why it is not Works. Status is that of the connection, which a test
// does not change.
type Tested struct {
	Connection uuid.UUID `json:"connection_id"`
	Outcome    Verdict   `json:"outcome"`
	Problem    *string   `json:"problem"`
	Status     Status    `json:"status"`
	At         wire.Time `json:"tested_at"`
}

// testApart is how long after a test of a connection the next one may begin in the same process: each signs in anew, which TSPs count.
const testApart = 10 * time.Second

// tests tells until when no test of a connection may begin.
type tests struct {
	mu    sync.Mutex
	until map[uuid.UUID]time.Time
}

// begin admits a test of a connection, or tells how long to wait for that.
func (t *tests) begin(id uuid.UUID, now time.Time) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if until := t.until[id]; until.After(now) {
		return until.Sub(now)
	}
	for other, until := range t.until {
		if !until.After(now) {
			delete(t.until, other)
		}
	}
	t.until[id] = now.Add(testApart)
	return 0
}

// Test tries the stored credentials of a connection at its TSP, once, in a session of its own and within the limits of the
// connection. It changes nothing: a refusal counts as one of a write does, which the service looks into before anything
// follows, and of a stale connection that works again Run finds that out, or whoever sets it active.
func (s *Service) Test(ctx context.Context, who access.Principal, id uuid.UUID) (Tested, error) {
	c, err := s.testable(ctx, who, id)
	if err != nil {
		return Tested{}, err
	}
	credentials, err := s.credentials(c)
	if lost := c.lost(err); lost != "" {
		return Tested{}, problem.New(problem.Conflict, "%s", lost)
	}
	if err != nil {
		return Tested{}, fmt.Errorf("testing connection %s: %w", id, err)
	}
	over, err := s.tries.begin(makerOf(who), s.Now)
	if err != nil {
		return Tested{}, err
	}
	// Nobody guesses by credentials that are stored, so a refusal is held against nobody.
	defer over(false)
	if wait := s.tests.begin(id, s.Now()); wait > 0 {
		return Tested{}, &problem.Error{Code: problem.TooMany, RetryAfter: wait, Detail: fmt.Sprintf(
			"the credentials of this connection were tried less than %s ago, and the TSP was not asked again: send the request "+
				"later", testApart)}
	}
	account, end := s.tried(ctx, c)
	if end == nil && account.Key != c.Account {
		end = &tsp.Error{Class: tsp.Unauthorized, Message: "the credentials open another account than the connection's", Own: true}
	}
	found := Tested{Connection: id, Outcome: Works, Status: c.Status, At: wire.Time(s.clock())}
	if end == nil {
		return found, nil
	}
	if end.Class == tsp.Unauthorized && c.Status == Active {
		if err := s.Refused(ctx, c, end); err != nil {
			s.Log.Warn("a refusal of a test could not be looked into", "connection_id", id, "error", err)
		}
	}
	all := []tsp.Credentials{credentials}
	// The try may have renewed them.
	if _, now, err := s.stored(ctx, id); err == nil {
		all = append(all, now)
	}
	return s.judged(found, end, s.displayName(c.TSP), all)
}

// tried asks the TSP whose account a connection's credentials open, in a session of an id that no connection has: that of the
// connection stays what it is.
func (s *Service) tried(ctx context.Context, c Connection) (tsp.Account, *tsp.Error) {
	to := s.Target(c)
	to.Connection = uuid.New()
	defer s.Caller.Forget(to.Connection)
	turn := &turn{Pacer: s.Pace(c)}
	account, end := s.Caller.Check(ctx, to, turn)
	if turn.went.Load() {
		// It went out, whether or not the caller waited for the answer.
		s.note(context.WithoutCancel(ctx), "tested", "connection:"+c.ID.String())
	}
	if end != nil && turn.missed.Load() {
		why := "a limit of the connection's calls is used up, and the turn of this one did not come in time; test it again later"
		if c.Rate.Events > 0 {
			why += ". The operator of this Waybill keeps it to " + c.Rate.String()
		}
		end = &tsp.Error{Class: tsp.Unavailable, Message: why, Err: end, Own: true}
	}
	return account, end
}

// turn knows whether a call was let go, and whether one was given up while it waited for limits, which says nothing of the
// TSP.
type turn struct {
	tsp.Pacer
	went, missed atomic.Bool
}

// Wait waits for the limits.
func (t *turn) Wait(ctx context.Context, limits ...string) error {
	err := t.Pacer.Wait(ctx, limits...)
	if err != nil {
		t.missed.Store(true)
	} else {
		t.went.Store(true)
	}
	return err
}

// testable is reached for callers who may have stored credentials tried.
func (s *Service) testable(ctx context.Context, who access.Principal, id uuid.UUID) (Connection, error) {
	c, grant, err := s.reached(ctx, who, id)
	if err == nil && !who.IsFleet() {
		err = mayChange(c, grant)
	}
	if err != nil {
		return c, err
	}
	if c.Status == Cancelled {
		return c, problem.New(problem.Conflict, "the connection is cancelled; that is final, so there is nothing to test")
	}
	if _, ok := s.Caller.Registry().Adapter(c.TSP); !ok {
		return c, problem.New(problem.Conflict, "this installation has no adapter for %s, so it cannot be asked; ask its operator", c.TSP)
	}
	return c, nil
}

// judged says what an end of a test other than success means. Its error is a fault of ours.
func (s *Service) judged(t Tested, end *tsp.Error, name string, of []tsp.Credentials) (Tested, error) {
	why := end.Message
	if !end.Own {
		why = redact(why, of...)
	}
	var policy *outbound.Refusal
	switch {
	case errors.As(end, &policy):
		t.Outcome, why = Unanswered, name+" was not asked: "+policy.Reason
	case !moved(end) && refuses(end.Class):
		t.Outcome, why = Refused, name+" refuses the credentials: "+why
	case end.Class == tsp.Broken && end.Status == 0:
		return t, fmt.Errorf("testing credentials at %s: %w", name, end)
	default:
		t.Outcome, why = Unanswered, name+" could not be asked whether the credentials are good: "+why
	}
	t.Problem = &why
	return t, nil
}
