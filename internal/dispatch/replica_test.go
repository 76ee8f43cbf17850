package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// alive runs a dispatcher over a lane in a process that may lapse.
func alive(t *testing.T, source Source, l *lane) (r *resident, stop func()) {
	t.Helper()
	r = (&house{}).enter()
	return r, startKinds(t, Config{Source: source, Kinds: map[string]Kind{theLane.Kind: KindOf[string](l, Policy{})},
		Budget: NewBudget(time.Now, map[string]time.Time{}).Among(r), Log: slog.New(slog.DiscardHandler)})
}

// begun counts the attempts.
func (l *lane) begun() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.at)
}

func TestAProcessThatMayBeTakenForDeadBeginsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: limited(10), took: time.Second}
		l.change(func() {
			for i := range l.items {
				l.items[i].Key = "one after the other"
			}
		})
		r, stop := alive(t, NewInProcess(time.Now), l)
		time.Sleep(2500 * time.Millisecond)
		r.lives(0)
		time.Sleep(time.Minute)
		if n := l.begun(); n != 3 {
			t.Errorf("%d attempts were begun, of which the last should be the one under way", n)
		}
		r.lives(2)
		time.Sleep(time.Minute)
		stop()
		if n := l.begun(); n != 10 {
			t.Errorf("%d attempts were begun once it was alive again", n)
		}
	})
}

func TestWhatWasClaimedInOneLifeIsNotWorkedOnInAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := NewInProcess(time.Now)
		l := &lane{items: limited(1), took: time.Second}
		l.items[0].NotBefore = time.Now().Add(1500 * time.Millisecond)
		r, stop := alive(t, source, l)
		time.Sleep(time.Second)
		// It was asleep, and nobody asked while it was taken for dead.
		r.lives(2)
		time.Sleep(time.Minute)
		stop()
		if len(l.at) != 1 || len(l.claims) != 1 || l.claims[0].Epoch < 2 {
			t.Errorf("%d attempts, settled under %v", len(l.at), l.claims)
		}
	})
}

func TestACallThatWasBegunForIsNotMadeByWhoWakesUpLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lane{items: limited(1)}
		var r *resident
		begun := 0
		l.breaks = func(call string, _ int64) {
			if call == "Begin" {
				begun++
				r.lives(int64(1 + begun))
			}
		}
		r = (&house{}).enter()
		stop := startKinds(t, Config{Source: NewInProcess(time.Now), Kinds: map[string]Kind{theLane.Kind: KindOf[string](l,
			Policy{})}, Budget: NewBudget(time.Now, map[string]time.Time{}).Among(r), Log: slog.New(slog.DiscardHandler)})
		time.Sleep(time.Second)
		stop()
		if begun == 0 || len(l.at) > 0 {
			t.Errorf("%d were begun and %d performed", begun, len(l.at))
		}
	})
}

// Nobody has taken it for dead, so nobody else finds what it has begun and not made.
func TestALaneThatLapsedBehindABeginCountsAsNotGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, l, r := newPassed(), &lane{items: limited(1)}, (&house{}).enter()
		var begun time.Time
		l.breaks = func(call string, _ int64) {
			if call == "Begin" && begun.IsZero() {
				begun = time.Now()
				r.lives(0)
			}
		}
		stop := startKinds(t, Config{Source: &door{p, func() bool { return true }}, Kinds: map[string]Kind{
			theLane.Kind: KindOf[string](l, Policy{})}, Log: slog.New(slog.DiscardHandler),
			Budget: NewBudget(time.Now, map[string]time.Time{}).Among(r)})
		time.Sleep(3 * time.Second)
		r.lives(1)
		time.Sleep(time.Minute)
		stop()
		if at := p.cuts[theLane]; !at.Equal(begun) || begun.IsZero() {
			t.Errorf("it was begun at %v and cut at %v", begun, at)
		}
		if len(l.at) != 1 {
			t.Errorf("%d attempts", len(l.at))
		}
	})
}

func TestCallsArePacedInTheLifeInWhichTheirAttemptBegan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := (&house{}).enter()
		b := NewBudget(time.Now, nil).Among(r)
		p := &Pacer{Budget: b, Named: keyed(map[string]Limit{"x": {ID: "x", Interval: time.Second, Burst: 1}})}
		attempt := b.Fenced(t.Context())
		wait := func(want error) {
			t.Helper()
			if err := p.Wait(attempt, "x"); !errors.Is(err, want) {
				t.Fatalf("got %v, want %v", err, want)
			}
		}
		wait(nil)
		go func() { time.Sleep(time.Second / 2); r.lives(0) }()
		// It waits for its limit meanwhile.
		wait(ErrLapsed)
		if err := p.Wait(t.Context(), "none"); !errors.Is(err, ErrLapsed) {
			t.Errorf("a call of no attempt: %v", err)
		}
		r.lives(2)
		wait(ErrLapsed)
		time.Sleep(time.Minute)
		attempt = b.Fenced(t.Context())
		wait(nil)
		if err := p.Wait(t.Context(), "none"); err != nil {
			t.Errorf("a call of no attempt, alive again: %v", err)
		}
	})
}

// passing is a source of a process whose first life ends right behind its first claim.
type passing struct {
	*InProcess
	*resident
}

func (p passing) Claim(ctx context.Context, queue string) (Claim, error) {
	c, err := p.InProcess.Claim(ctx, queue)
	if c.Life = p.Life(); c.Epoch == 1 {
		p.lives(2)
	}
	return c, err
}

func TestALaneIsNotBegunInALaterLifeThanItWasClaimedIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := (&house{}).enter()
		l := &lane{items: limited(1)}
		stop := startKinds(t, Config{Source: passing{NewInProcess(time.Now), r}, Kinds: map[string]Kind{theLane.Kind: KindOf[string](l,
			Policy{})}, Budget: NewBudget(time.Now, map[string]time.Time{}).Among(r), Log: slog.New(slog.DiscardHandler)})
		time.Sleep(time.Minute)
		stop()
		if len(l.at) != 1 || len(l.claims) != 1 || l.claims[0].Epoch < 2 {
			t.Errorf("%d attempts, settled under %v", len(l.at), l.claims)
		}
	})
}
