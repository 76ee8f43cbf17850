package connection

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
)

// Rate is the most calls that an operator lets a connection make, whatever more its TSP allows: so many in each period. It is
// zero for none.
type Rate struct {
	Events int
	Period time.Duration
	audit.Mark
}

// String is the rate as it is written, such as 30/m.
func (r Rate) String() string {
	if r.Events == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%s", r.Events, map[time.Duration]string{time.Second: "s", time.Minute: "m", time.Hour: "h"}[r.Period])
}

// Hand is what an operator wants done to a connection.
type Hand struct {
	Connection uuid.UUID
	By, Why    string
}

// MayPause is the connection that Pause would pause, or why it would not.
func (s *Service) MayPause(ctx context.Context, h Hand) (Connection, error) {
	if _, err := problem.Reason("reason", h.Why); err != nil {
		return Connection{}, err
	}
	return s.movable(ctx, Paused, h.Connection)
}

// Pause keeps a connection from writes and imports until somebody resumes it, as its fleet may, and notes by whom and why.
func (s *Service) Pause(ctx context.Context, h Hand) (Connection, error) {
	why, err := problem.Reason("reason", h.Why)
	if err != nil {
		return Connection{}, err
	}
	return s.moved(ctx, Paused, h.Connection, audit.Mark{By: h.By, Why: why})
}

// Resume lets a connection go on that is paused.
func (s *Service) Resume(ctx context.Context, h Hand) (Connection, error) {
	return s.moved(ctx, Active, h.Connection, audit.Mark{By: h.By})
}

// movable is a connection that an operator can give another status.
func (s *Service) movable(ctx context.Context, to Status, id uuid.UUID) (Connection, error) {
	c, err := s.byHand(ctx, id)
	switch {
	case err != nil:
		return c, err
	case c.Status == to && to == Paused:
		return c, problem.New(problem.Conflict, "the connection is paused already%s; resume it first to pause it anew", c.paused())
	case c.Status == to:
		return c, problem.New(problem.Conflict, "the connection is active: nothing is to be resumed")
	case to == Active && c.Status != Paused:
		return c, problem.New(problem.Conflict, "the connection is %s and not paused, so it cannot be resumed; it goes on by itself "+
			"once %s takes its credentials", c.Status, s.displayName(c.TSP))
	case c.Status != Active && to == Paused:
		return c, problem.New(problem.Conflict, "the connection is %s; it takes no writes already", c.Status)
	}
	return c, nil
}

// moved gives a connection another status by an operator's word. It asks no TSP.
func (s *Service) moved(ctx context.Context, to Status, id uuid.UUID, mark audit.Mark) (Connection, error) {
	c, err := s.movable(ctx, to, id)
	if err != nil {
		return c, err
	}
	// It takes no lock: secrets stay as they are, and whatever else has changed since it was read overtakes it.
	next := Change{From: c, To: c}
	next.To.Status, next.To.UpdatedAt, next.To.Pause = to, s.after(c), audit.Mark{}
	if to == Paused {
		mark.At = next.To.UpdatedAt
		next.To.Pause = mark
	}
	if err := changedBeside(s.store(ctx, next)); err != nil {
		return c, err
	}
	return next.To, nil
}

// MaySlow is the connection that Slow would slow, or why it would not.
func (s *Service) MaySlow(ctx context.Context, h Hand, to Rate) (Connection, error) {
	if to.Events > 0 {
		if _, err := problem.Reason("reason", h.Why); err != nil {
			return Connection{}, err
		}
	}
	c, err := s.byHand(ctx, h.Connection)
	if err != nil {
		return c, err
	}
	return c, s.lowers(c, to)
}

// Slow keeps a connection to a rate below those that its TSP allows, in all processes. A rate of zero leaves it to the
// TSP's alone.
func (s *Service) Slow(ctx context.Context, h Hand, to Rate) (Connection, error) {
	c, err := s.MaySlow(ctx, h, to)
	if err != nil {
		return c, err
	}
	next := Change{From: c, To: c}
	next.To.UpdatedAt, next.To.Rate = s.after(c), Rate{}
	if to.Events > 0 {
		next.To.Rate = Rate{to.Events, to.Period, audit.Mark{By: h.By, Why: strings.TrimSpace(h.Why), At: next.To.UpdatedAt}}
	}
	if err := changedBeside(s.store(ctx, next)); err != nil {
		return c, err
	}
	return next.To, nil
}

// lowers refuses a rate that would change nothing.
func (s *Service) lowers(c Connection, to Rate) error {
	if to.Events == 0 && c.Rate.Events == 0 {
		return problem.New(problem.Conflict, "the connection is kept to no rate: it uses what %s allows", s.displayName(c.TSP))
	}
	most := s.Fastest(c.TSP)
	if to.Events == 0 || most.Events == 0 || perSecond(to.Events, to.Period) < perSecond(most.Events, most.Period) {
		return nil
	}
	return &problem.Error{Code: problem.Invalid, Details: []problem.Detail{{Path: "rate", Input: to.String(),
		Message: fmt.Sprintf("is no less than %s allows anyway, so it would change nothing: its limit %s is %d in %s",
			s.displayName(c.TSP), most.Key, most.Events, most.Period)}}}
}

func perSecond(events int, period time.Duration) float64 {
	if period <= 0 {
		return 0
	}
	return float64(events) / period.Seconds()
}

// byHand finds the connection to which an operator does something.
func (s *Service) byHand(ctx context.Context, id uuid.UUID) (Connection, error) {
	c, err := s.Store.Connection(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return c, problem.New(problem.NotFound, "there is no connection %s", id)
	case err != nil:
		return c, fmt.Errorf("looking up a connection: %w", err)
	case c.Status.Ended():
		return c, problem.New(problem.Conflict, "the connection is %s: nothing is sent through it any more", c.Status)
	}
	return c, nil
}

// changedBeside tells whoever was overtaken what helps.
func changedBeside(err error) error {
	if errors.Is(err, fence.ErrOvertaken) {
		return problem.New(problem.Conflict, "the connection was changed by somebody else meanwhile; look at it again and repeat "+
			"what is still needed")
	}
	return err
}

// markOf is who a caller of the API is.
func markOf(who access.Principal) audit.Mark {
	if who.Client == "" {
		return audit.Mark{}
	}
	return audit.Mark{By: "client:" + who.Client}
}

// paused tells by whom and why a connection is paused, as far as that is known.
func (c Connection) paused() string {
	said := ""
	if c.Pause.By != "" {
		said = ", by " + c.Pause.By
	}
	if c.Pause.Why != "" {
		said += ": " + problem.Quoted(c.Pause.Why)
	}
	return said
}
