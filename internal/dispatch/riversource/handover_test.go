//go:build unix

package riversource_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/fence"
)

// next has a replica claim the one lane there is.
func next(t *testing.T, s *riversource.Source) dispatch.Claim {
	t.Helper()
	c, err := s.Claim(t.Context(), fence.Connections)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatARunLeavesIsKnownToTheNextWhereverThatIs(t *testing.T) {
	t.Parallel()
	url := database(t)
	a := replica(t, url)
	knows := func(s *riversource.Source, c dispatch.Claim, want dispatch.Taken) {
		t.Helper()
		got := s.Taken(c.Claim)
		got.Left = append([]byte(nil), got.Left...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	a.Activate(lane(1), time.Now())
	first := next(t, a)
	knows(a, first, dispatch.Taken{})
	if left := a.Taken(first.Claim).Left; left == nil || len(left) > 0 {
		t.Errorf("what a lane left that never ran: %#v", left)
	}
	a.Leave(first.Claim, []byte("some"), false)
	a.Release(first, time.Now())
	second := next(t, a)
	knows(a, second, dispatch.Taken{Left: []byte("some")})
	// Nothing is left by a claim that is over.
	a.Leave(first.Claim, []byte("late"), false)
	a.Leave(second.Claim, []byte("more"), false)
	a.Withdraw()
	a.Release(second, time.Time{})
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := replica(t, url)
	third := next(t, b)
	knows(b, third, dispatch.Taken{Moved: true, Left: []byte("more")})
	b.Leave(third.Claim, nil, true)
	b.Release(third, time.Now())
	fourth := next(t, b)
	if got := b.Taken(fourth.Claim); got.Moved || len(got.Left) > 0 || time.Since(got.CutAt) > time.Minute {
		t.Errorf("after a run that was cut: %+v", got)
	}
}
