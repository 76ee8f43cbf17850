package connection

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// What a partner or a fleet may have tried: so many at once, and so many that fail in a row, of which one
// is forgiven in each pause. Credentials that open an account are not counted. Hosts that credentials name
// answer as slowly as they like, and guesses of keys are calls in Waybill's name.
const (
	triesAtOnce = 16
	failures    = 20
	forgiven    = 3 * time.Second
)

// tries counts what each partner or fleet has tried of late.
type tries struct {
	mu sync.Mutex
	of map[uuid.UUID]*tally
}

// tally is one's: those under way, and when all that failed will be forgiven.
type tally struct {
	under int
	clean time.Time
}

// begin admits a trial, whose end must be told once; or it says when to come again.
func (t *tries) begin(by uuid.UUID, now func() time.Time) (end func(failed bool), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.of[by]
	if one == nil {
		one = &tally{}
		t.of[by] = one
	}
	if one.under >= triesAtOnce {
		return nil, &problem.Error{Code: problem.TooMany, RetryAfter: forgiven,
			Detail: fmt.Sprintf("%d of your credentials are being tried at TSPs, which is as many as may be at once; "+
				"nothing was tried or changed: send the request again when some have ended", triesAtOnce)}
	}
	if late := one.clean.Add(-(failures - 1) * forgiven).Sub(now()); late > 0 {
		return nil, &problem.Error{Code: problem.TooMany, RetryAfter: late,
			Detail: "too many credentials that you gave of late were refused or could not be tried; nothing was " +
				"tried or changed: send the request again later"}
	}
	one.under++
	return func(failed bool) { t.end(by, one, failed, now()) }, nil
}

// end takes a trial off; who has nothing under way and nothing to be forgiven is forgotten.
func (t *tries) end(by uuid.UUID, one *tally, failed bool, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one.under--
	if failed {
		if one.clean.Before(now) {
			one.clean = now
		}
		one.clean = one.clean.Add(forgiven)
	}
	for id, other := range t.of {
		if other.under == 0 && !other.clean.After(now) {
			delete(t.of, id)
		}
	}
}

// bounded tries something for a partner or a fleet; for nobody, as the demonstration does, without bound.
func (s *Service) bounded(by uuid.UUID, try func() error) error {
	if by == uuid.Nil {
		return try()
	}
	end, err := s.tries.begin(by, s.Now)
	if err != nil {
		return err
	}
	failed := true
	defer func() { end(failed) }()
	err = try()
	failed = err != nil
	return err
}

// counting paces the calls of a trial and notes their limits, to be charged once it is known whose
// they are, and whether one was let go at all.
type counting struct {
	tsp.Pacer
	mu   sync.Mutex
	made []string
	went bool
}

// Wait waits for the limits.
func (c *counting) Wait(ctx context.Context, limits ...string) error {
	err := c.Pacer.Wait(ctx, limits...)
	if err == nil {
		c.mu.Lock()
		c.made, c.went = append(c.made, limits...), true
		c.mu.Unlock()
	}
	return err
}

// unproven is a connection whose account is not known: its calls are counted for whoever gave the
// credentials, beside nobody else's, and those of credentials that are refused stay so.
func unproven(c Connection, by uuid.UUID) Connection {
	c.ID, c.Account = by, "\x00given by "+by.String()
	return c
}
