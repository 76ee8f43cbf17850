package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestWhatIsLeftOfALimitIsWhatMayBeTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limits := []Limit{{ID: "x", Interval: time.Second, Burst: 5}, {ID: "y", AtOnce: 3}}
		b := NewBudget(time.Now, map[string]time.Time{})
		sees := func(now int, next, whole time.Duration) {
			t.Helper()
			want := Remaining{Known: true, Of: 5, Now: now, Parts: 1}
			if next > 0 {
				want.Next = time.Now().Add(next)
			}
			if whole > 0 {
				want.Whole = time.Now().Add(whole)
			}
			for range 2 {
				if got := b.Remaining(limits)[0]; got != want {
					t.Errorf("%+v, want %+v", got, want)
				}
			}
		}
		sees(5, 0, 0)
		b.Take("", limits)
		b.Take("", limits)
		sees(3, 0, 2*time.Second)
		time.Sleep(500 * time.Millisecond)
		sees(3, 0, 1500*time.Millisecond)
		if n := taken(b, limits[:1], 0); n != 3 {
			t.Errorf("%d may be taken", n)
		}
		sees(0, 500*time.Millisecond, 4500*time.Millisecond)
		b.Shut(limits[:1], time.Minute)
		sees(0, time.Minute, time.Minute+4*time.Second)
		if got := b.Remaining(limits)[1]; got.AtOnce != 3 || got.Flying != 0 || !got.Next.IsZero() {
			t.Errorf("of one that bounds calls at once: %+v", got)
		}
	})
}

func TestWhatIsLeftOfALimitIsUnknownWhereItsLaneMayRunElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := (&house{}).enter()
		limits := []Limit{{ID: "x", Interval: time.Second, Burst: 4, Lane: theLane}, {ID: "all", Interval: time.Second, Burst: 4}}
		b := NewBudget(time.Now, map[string]time.Time{}).Among(r)
		if got := b.Remaining(limits); got[0].Known || !got[1].Known || got[1].Parts != 1 {
			t.Errorf("while it does not run here: %+v", got)
		}
		claim := fence.Claim{Lane: theLane, Epoch: 1}
		b.hold(claim, nil, time.Time{})
		time.Sleep(time.Minute)
		b.Take("", limits)
		if got := b.Remaining(limits)[0]; !got.Known || got.Now != 3 {
			t.Errorf("while it runs here: %+v", got)
		}
		var of left
		of.Limits, of.Cold = b.release(claim)
		text, err := json.Marshal(of)
		if err != nil {
			t.Fatal(err)
		}
		if got := RemainingOf(limits[:1], text, time.Now())[0]; !got.Known || got.Now != 3 || got.Of != 4 {
			t.Errorf("once it has run: %+v", got)
		}
		if got := RemainingOf(limits[:1], []byte{}, time.Now())[0]; !got.Known || got.Now != 4 {
			t.Errorf("if it never ran: %+v", got)
		}
		if got := RemainingOf(limits[:1], nil, time.Now())[0]; got.Known {
			t.Errorf("if its process died: %+v", got)
		}
		if got := RemainingOf(limits[:1], []byte("?"), time.Now())[0]; got.Known {
			t.Errorf("of what cannot be read: %+v", got)
		}
	})
}
