package connection

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// looksAtOnce bounds the looks at connections of one TSP. A TSP that refuses all of its customers
// would be called by all of them at once otherwise, and one that is slow holds up no other.
const looksAtOnce = 16

// listEvery is how often the replica that probes lists what is stale. It is also how long one may not know that it is the
// one.
const listEvery = time.Minute

// Run looks at connections whose credentials were refused, until ctx ends: at suspect ones to prove
// them good or stale, and at stale ones at a slow, growing pace, so that those which work again
// become active by themselves. Looks keep to the connections' limits.
func (s *Service) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	slots := map[tsp.Name]chan struct{}{}
	var swept time.Time
	var listed time.Time
	for resumed := false; ; {
		leads := s.Leads == nil || s.Leads()
		// Of those that another replica has found stale the list alone tells.
		switch {
		case !resumed:
			resumed, listed = s.resume(ctx), s.Now()
		case leads && s.Leads != nil && s.Now().Sub(listed) >= listEvery:
			s.list(ctx)
			listed = s.Now()
		}
		if leads && s.Now().Sub(swept) >= time.Hour {
			swept = s.Now()
			s.sweep(ctx)
		}
		due, next := s.health.due(s.Now(), leads)
		for id, d := range due {
			slot := slots[d.tsp]
			if slot == nil {
				slot = make(chan struct{}, looksAtOnce)
				slots[d.tsp] = slot
			}
			all.Go(func() {
				select {
				case slot <- struct{}{}:
					defer func() { <-slot }()
					s.look(ctx, id, d)
				case <-ctx.Done():
				}
			})
		}
		pause := listEvery
		if !next.IsZero() {
			pause = min(pause, next.Sub(s.Now()))
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-s.health.changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// list takes up the connections that were found stale by others.
func (s *Service) list(ctx context.Context) {
	all, err := s.Store.Connections(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.Log.Error("stale connections could not be listed; they are listed again in a minute", "error", err)
		}
		return
	}
	s.health.takeUp(all, s.Now(), s.Patience.orDefaults())
}

// resume brings up to date what earlier releases kept, finds the connections that are stale from
// before, and tells whether it could.
func (s *Service) resume(ctx context.Context) bool {
	all, err := s.Store.Connections(ctx)
	if err != nil {
		s.Log.Error("stale connections could not be listed; they are listed again in a minute", "error", err)
		return false
	}
	s.health.takeUp(all, s.Now(), s.Patience.orDefaults())
	if err := s.rebind(ctx, all); err != nil {
		s.Log.Error("what an earlier release kept of connections could not be brought up to date; it is tried again "+
			"in a minute", "error", err)
		return false
	}
	return true
}

// sweep erases drafts whose time is over: what they hold are secrets.
func (s *Service) sweep(ctx context.Context) {
	if err := s.Store.DropDrafts(ctx, s.clock()); err != nil && ctx.Err() == nil {
		s.Log.Error("drafts of credentials whose time is over could not be erased; it is tried again in an hour",
			"error", err)
	}
}

// finding is what a look makes of a doubt; nil ends it.
type finding func(*doubt)

// look finds out what became of a connection and lets that count.
func (s *Service) look(ctx context.Context, id uuid.UUID, d *doubt) {
	closed, found := d.closed, s.again
	defer func() {
		if r := recover(); r != nil {
			s.Log.Error("looking at a connection panicked", "connection_id", id, "panic", r,
				"stack", string(debug.Stack()))
		}
		if open := s.health.land(id, d, found); closed && open {
			s.wake(id)
		}
	}()
	c, err := s.Store.Connection(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		found = nil
	case err != nil:
		s.Log.Error("a connection could not be read to look at it", "connection_id", id, "error", err)
	case c.Version != d.version || d.stale != (c.Status == Stale) || !d.stale && c.Status != Active:
		found = nil
	case s.broken(c):
		// Nobody but whoever sends anew what was lost can mend it.
		found = nil
	case d.stale:
		found = s.probe(ctx, c)
	default:
		found = s.confirm(ctx, c, d)
	}
}

// again leaves what is known as it is.
func (s *Service) again(d *doubt) { d.due = s.Now().Add(later(s.Patience.orDefaults().Apart)) }

// confirm checks the credentials of a suspect connection in a session that is signed in anew.
func (s *Service) confirm(ctx context.Context, c Connection, d *doubt) finding {
	s.Caller.Forget(c.ID)
	_, end := s.Caller.Check(ctx, s.Target(c), s.Pace(c))
	p := s.Patience.orDefaults()
	switch {
	case ctx.Err() != nil:
		return s.again
	case end == nil:
		s.Log.Info("credentials that were refused are good", "connection_id", c.ID, "tsp", c.TSP)
		return func(d *doubt) { *d = doubt{tsp: d.tsp, version: d.version, trusted: s.Now().Add(trust)} }
	case end.Class == tsp.Unauthorized && d.refused+1 == proofs:
		s.overtakable(c, s.stale(ctx, c, end))
		return s.again
	case end.Class == tsp.Unauthorized:
		return func(d *doubt) {
			d.due = s.Now().Add(later(p.Apart << d.refused))
			d.refused, d.closed = d.refused+1, true
		}
	case d.silent+1 == proofs:
		s.Log.Warn("credentials that were refused could not be checked; the next call tells", "connection_id", c.ID,
			"tsp", c.TSP, "error", end)
		return nil
	}
	return func(d *doubt) {
		d.silent, d.due = d.silent+1, s.Now().Add(max(later(p.Apart), min(end.RetryAfter, p.Longest)))
	}
}

// probe tries the credentials of a stale connection. It becomes active if the TSP takes them again,
// unless somebody has changed it meanwhile.
func (s *Service) probe(ctx context.Context, c Connection) finding {
	s.Caller.Forget(c.ID)
	account, end := s.Caller.Check(ctx, s.Target(c), s.Pace(c))
	if ctx.Err() != nil {
		return s.again
	}
	if end == nil && account.Key != c.Account {
		end = &tsp.Error{Class: tsp.Unauthorized, Message: "the credentials open another account than the connection's"}
	}
	if end == nil {
		s.overtakable(c, s.revive(ctx, c))
		return s.again
	}
	s.Log.Info("a stale connection was probed and does not work yet", "connection_id", c.ID, "tsp", c.TSP, "error", end)
	p := s.Patience.orDefaults()
	return func(d *doubt) {
		d.wait = min(2*d.wait, p.Longest)
		d.due = s.Now().Add(max(later(d.wait), min(end.RetryAfter, p.Longest)))
	}
}

// overtakable logs why a look could not count. One that counted has ended its doubt; what somebody
// else changed meanwhile wins, and the next look sees what it has come to.
func (s *Service) overtakable(c Connection, err error) {
	if err != nil && !errors.Is(err, fence.ErrOvertaken) {
		s.Log.Error("what became of a connection could not be stored; it is looked at again", "connection_id", c.ID,
			"error", err)
	}
}
