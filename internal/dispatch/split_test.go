package dispatch

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// house is processes that share limits, as they see each other: one that comes is counted at once and has no part
// before all have seen it; one that goes is counted until it certainly makes no call.
type house struct {
	mu   sync.Mutex
	live []*resident
}

// seenWithin is how long processes may not know of one that comes or goes.
const seenWithin = 4 * time.Second

type resident struct {
	*house
	came time.Time
	gone time.Time
	life int64
}

func (h *house) enter() *resident {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := &resident{house: h, came: time.Now(), life: 1}
	h.live = append(h.live, r)
	return r
}

func (r *resident) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gone, r.life = time.Now(), 0
}

// comesBack has one that was gone live anew.
func (r *resident) comesBack(life int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.came, r.gone, r.life = time.Now(), time.Time{}, life
	if !slices.Contains(r.live, r) {
		r.live = append(r.live, r)
	}
}

func (r *resident) Life() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.life
}

func (r *resident) lives(life int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.life = life
}

func (r *resident) Share() (part, of int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live = slices.DeleteFunc(r.live, func(one *resident) bool {
		return !one.gone.IsZero() && time.Since(one.gone) > seenWithin
	})
	if time.Since(r.came) < seenWithin && r.live[0] != r {
		return -1, len(r.live)
	}
	return slices.Index(r.live, r), len(r.live)
}

// calls are when calls were made by all.
type calls struct {
	mu sync.Mutex
	at []time.Time
}

func (c *calls) made() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = append(c.at, time.Now())
}

// within counts the calls of a time.
func (c *calls) within(from, to time.Time) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, at := range c.at {
		if !at.Before(from) && at.Before(to) {
			n++
		}
	}
	return n
}

// beyond is by how many calls a limit was exceeded at most, over whatever time.
func (c *calls) beyond(l Limit) (most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	whole := time.Time{}
	for _, at := range slices.SortedFunc(slices.Values(c.at), time.Time.Compare) {
		whole = later(whole, at).Add(l.Interval)
		over := whole.Sub(at) - time.Duration(l.Burst)*l.Interval
		most = max(most, int((over+l.Interval-1)/l.Interval))
	}
	return most
}

// greedy makes as many calls as a process may until it is gone.
func (r *resident) greedy(b *Budget, l Limit, to *calls) {
	for {
		wait, _ := b.Take("", []Limit{l})
		if r.Life() == 0 {
			return
		}
		if wait <= 0 {
			to.made()
			continue
		}
		time.Sleep(wait)
	}
}

func TestALimitIsKeptByAllTogetherWhileProcessesComeAndGo(t *testing.T) {
	t.Parallel()
	for _, l := range []Limit{
		{ID: "x", Interval: 100 * time.Millisecond, Burst: 12},
		{ID: "x", Interval: 10 * time.Millisecond, Burst: 7},
		{ID: "x", Interval: 200 * time.Millisecond, Burst: 1},
		{ID: "x", Interval: 3 * time.Second, Burst: 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			house, made := &house{}, &calls{}
			begun := time.Now()
			come := func() *resident {
				r := house.enter()
				go r.greedy(NewBudget(time.Now, nil).Among(r), l, made)
				return r
			}
			first := come()
			time.Sleep(30 * time.Second)
			second, third := come(), come()
			time.Sleep(time.Minute)
			steady := time.Now()
			time.Sleep(5 * time.Minute)
			full := made.within(steady, time.Now())
			first.leave()
			time.Sleep(time.Second)
			fourth := come()
			time.Sleep(20 * time.Second)
			second.leave()
			time.Sleep(3 * time.Second)
			third.leave()
			time.Sleep(time.Minute)
			fourth.leave()
			time.Sleep(time.Minute)
			if n := made.beyond(l); n > 0 {
				t.Errorf("%+v: %d calls more than it allows", l, n)
			}
			if want := int(5 * time.Minute / l.Interval); full < want*98/100 {
				t.Errorf("%+v: three make %d calls of %d", l, full, want)
			}
			if n := made.within(begun, begun.Add(10*time.Second)); n < int(10*time.Second/l.Interval) {
				t.Errorf("%+v: one alone makes %d calls in ten seconds", l, n)
			}
		})
	}
}

func TestABurstThatNobodyUsedIsNotGivenTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := Limit{ID: "x", Interval: time.Second, Burst: 12}
		house, made := &house{}, &calls{}
		one, other := house.enter(), house.enter()
		mine, theirs := NewBudget(time.Now, nil).Among(one), NewBudget(time.Now, nil).Among(other)
		for range 2 {
			mine.Take("", []Limit{l})
			theirs.Take("", []Limit{l})
			time.Sleep(time.Minute)
		}
		use := func(b *Budget) (n int) {
			for ; ; n++ {
				if wait, _ := b.Take("", []Limit{l}); wait > 0 {
					return n
				}
				made.made()
			}
		}
		if n := use(theirs); n != 6 {
			t.Errorf("a half allows %d at once", n)
		}
		other.leave()
		time.Sleep(seenWithin + time.Millisecond)
		// What is gained comes at the limit's own rate.
		if n := use(mine); n != 6 {
			t.Errorf("the half that has grown allows %d at once", n)
		}
		time.Sleep(time.Minute)
		if n := use(mine); n != 12 {
			t.Errorf("the whole allows %d at once", n)
		}
		if n := made.beyond(l); n > 0 {
			t.Errorf("%d calls more than it allows", n)
		}
	})
}

func TestWhoHasNoPartYetMakesNoCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		house := &house{}
		house.enter()
		b := NewBudget(time.Now, nil).Among(house.enter())
		l := []Limit{{ID: "x", Interval: time.Second, Burst: 4}}
		begun := time.Now()
		for {
			wait, used := b.Take("", l)
			if wait <= 0 {
				break
			}
			if diff := cmp.Diff([]string{"x"}, used); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			time.Sleep(wait)
		}
		if d := time.Since(begun); d < seenWithin || d > seenWithin+noPart {
			t.Errorf("the first call comes after %v", d)
		}
	})
}

func TestEachProcessMayHaveItsPartOfTheCallsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		house, most := &house{}, 0
		for _, r := range []*resident{house.enter(), house.enter()} {
			b := NewBudget(time.Now, nil).Among(r)
			b.Take("", nil)
			p := &Pacer{Budget: b, Named: keyed(map[string]Limit{"x": {ID: "x", AtOnce: 5}})}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			for {
				if _, err := p.Enter(ctx, "x"); err != nil {
					break
				}
				most++
			}
		}
		if most != 4 {
			t.Errorf("two have %d calls in flight of 5", most)
		}
	})
}
