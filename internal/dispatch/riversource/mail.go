package riversource

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
)

// mail is what lanes are to be told that this replica does not run: written in batches, by one goroutine, so
// that a lane's release comes before what came in after it.
type mail struct {
	hints    map[fence.Lane]time.Time
	releases releases
	poke     chan struct{}
}

// releases are in the order in which they came.
type releases []release

// once leaves out what releases a claim a second time: a lane that is released and waits to be told so may be taken for
// stray, and the first release alone knows what its run has left.
func (all releases) once() releases {
	seen := map[fence.Claim]bool{}
	return slices.DeleteFunc(all, func(r release) bool {
		again := seen[r.claim]
		seen[r.claim] = true
		return again
	})
}

// release is a lane that is given back; again is zero if it sleeps until it is activated.
type release struct {
	claim fence.Claim
	again time.Time
	queue string
	left  []byte
	cut   bool
}

func newMail() mail { return mail{hints: map[fence.Lane]time.Time{}, poke: make(chan struct{}, 1)} }

// batch bounds the lanes of one statement. mailAtLeast is how often mail goes out at most: River leaves out
// what it would tell twice within its cooldown.
const (
	batch       = 1000
	mailAtLeast = cooldown + time.Millisecond
	mailAgain   = 200 * time.Millisecond
	mailTime    = 10 * time.Second
)

// Activate asks for a lane to run at a time, or at once. Hints of sweepers, which have no time, count where
// this replica leads: one is enough.
func (s *Source) Activate(lane fence.Lane, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.held[lane]; h != nil {
		// Who has not begun reads everything anyway.
		if h.given && !at.IsZero() {
			signal(h.wake)
		}
		return
	}
	if at.IsZero() && !s.leads() {
		return
	}
	s.hint(lane, at)
}

// hint keeps the earliest time at which a lane is to run; zero, which hurries nobody, gives way to any. mu is
// held.
func (s *Source) hint(lane fence.Lane, at time.Time) {
	was, known := s.mail.hints[lane]
	if !known || was.IsZero() || !at.IsZero() && at.Before(was) {
		s.mail.hints[lane] = at
	}
	signal(s.mail.poke)
}

// Release gives a lane back. It runs again at once if it was activated and its runner did not take notice.
func (s *Source) Release(c dispatch.Claim, again time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.held[c.Lane]
	if h == nil || h.Epoch != c.Epoch {
		return
	}
	delete(s.held, c.Lane)
	s.remember(c.Claim)
	select {
	case <-h.wake:
		again = s.config.Clock()
	default:
	}
	if s.leaving {
		// Another replica finds out whether there is more to do.
		again = s.config.Clock()
	}
	s.mail.releases = append(s.mail.releases, release{claim: h.Claim, again: again, queue: h.sorted,
		left: h.left, cut: h.cut})
	signal(s.mail.poke)
}

// deliver writes mail until ctx ends.
func (s *Source) deliver(ctx context.Context) {
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.mail.poke:
		}
		pause := mailAtLeast
		err := s.send(ctx)
		if err != nil {
			pause = mailAgain
		}
		if err != nil && !failing && ctx.Err() == nil {
			s.config.Log.Error("telling lanes what is asked of them; it is tried until it works", "error", err)
		}
		failing = err != nil
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

// send writes one batch of mail, and keeps what could not be written.
func (s *Source) send(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	releases, hints := s.collect()
	err := s.giveBack(ctx, releases)
	if err == nil {
		releases, err = nil, s.activate(ctx, hints)
	}
	if err == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mail.releases = append(releases, s.mail.releases...)
	for lane, at := range hints {
		s.hint(lane, at)
	}
	signal(s.mail.poke)
	return err
}

// collect takes what is to be written next.
func (s *Source) collect() ([]release, map[fence.Lane]time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	releases := s.mail.releases.once()
	s.mail.releases = nil
	if len(releases) > batch {
		releases, s.mail.releases = releases[:batch:batch], releases[batch:]
		signal(s.mail.poke)
	}
	if len(s.mail.hints) <= batch && len(s.mail.releases) == 0 {
		hints := s.mail.hints
		s.mail.hints = map[fence.Lane]time.Time{}
		return releases, hints
	}
	hints := map[fence.Lane]time.Time{}
	if len(s.mail.releases) == 0 {
		for lane, at := range s.mail.hints {
			if len(hints) == batch {
				break
			}
			hints[lane] = at
			delete(s.mail.hints, lane)
		}
		signal(s.mail.poke)
	}
	return releases, hints
}

// within runs statements in a transaction.
func (s *Source) within(ctx context.Context, do func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, s.config.Pool, do)
}
