package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// told has budgets tell each other each second what they have charged, until the test ends.
func told(t *testing.T, budgets ...*Budget) {
	t.Helper()
	ids := make([]uuid.UUID, len(budgets))
	for i := range ids {
		ids[i] = uuid.UUID{byte(i + 1)}
	}
	go func() {
		for t.Context().Err() == nil {
			var all []Charges
			for i, b := range budgets {
				all = append(all, b.Charged(ids[i]))
			}
			for i, b := range budgets {
				others := append(append([]Charges{}, all[:i]...), all[i+1:]...)
				b.Pay(others)
			}
			select {
			case <-time.After(time.Second):
			case <-t.Context().Done():
			}
		}
	}()
}

// calling makes calls as fast as a budget allows until a time.
func calling(b *Budget, l Limit, until time.Time, to *calls) {
	for time.Now().Before(until) {
		if wait, _ := b.Take("", []Limit{l}); wait > 0 {
			time.Sleep(min(wait, time.Until(until)))
			continue
		}
		to.made()
	}
}

func TestCallsForALaneThatRunsElsewhereArePaidBackThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := Limit{ID: "x", Interval: 100 * time.Millisecond, Burst: 3, Lane: theLane}
		house, made := &house{}, &calls{}
		var all []*Budget
		for range 3 {
			all = append(all, NewBudget(time.Now, nil).Among(house.enter()))
		}
		time.Sleep(2 * seenWithin)
		for _, b := range all {
			b.Take("", nil)
		}
		all[0].hold(fence.Claim{Lane: theLane, Epoch: 1}, map[string]time.Time{}, time.Time{})
		told(t, all...)
		time.Sleep(time.Minute)
		begun := time.Now()
		until := begun.Add(5 * time.Minute)
		for _, b := range all {
			go calling(b, limit, until, made)
		}
		time.Sleep(6 * time.Minute)
		// Two seconds' worth of what others charge may be on its way.
		if n, want := made.within(begun, until), int(5*time.Minute/limit.Interval); n > want+limit.Burst+20 || n < want*98/100 {
			t.Errorf("%d calls, of %d", n, want)
		}
	})
}

func TestALaneThatComesPaysWhatOthersHaveChargedToItOfLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := Limit{ID: "x", Interval: 10 * time.Second, Burst: 6, Lane: theLane}
		house := &house{}
		here, there := NewBudget(time.Now, nil).Among(house.enter()), NewBudget(time.Now, nil).Among(house.enter())
		for range 2 {
			here.Take("", nil)
			there.Take("", nil)
			time.Sleep(time.Minute)
		}
		told(t, here, there)
		time.Sleep(2 * time.Second)
		if n := taken(there, []Limit{limit}, 0); n != 3 {
			t.Fatalf("%d calls elsewhere", n)
		}
		time.Sleep(2 * time.Second)
		here.hold(fence.Claim{Lane: theLane, Epoch: 1}, map[string]time.Time{}, time.Time{})
		if n := taken(here, []Limit{limit}, 0); n != 3 {
			t.Errorf("%d calls here beside three elsewhere, of six", n)
		}
		if n := len(there.Charged(uuid.UUID{2}).Of); n != 1 {
			t.Errorf("%d limits are told of", n)
		}
		time.Sleep(2 * chargedFor)
		if n := len(there.Charged(uuid.UUID{2}).Of); n != 0 {
			t.Errorf("%d limits are told of that are charged no more", n)
		}
		if n := len(here.Charged(uuid.UUID{1}).Of); n != 0 {
			t.Errorf("%d limits are told of whose lane ran here", n)
		}
	})
}
