package dispatch

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// barredLane is a lane of so many chains that is barred.
func barredLane(chains int64) *lane {
	l := &lane{barred: true}
	for i := range chains {
		l.items = append(l.items, Item[string]{Seq: i + 1, Key: fmt.Sprintf("update/%04d", i)})
	}
	return l
}

func TestABarredLaneTriesOneCallAtATimeAndRarely(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := barredLane(1_000)
		begun := time.Now()
		stop := start(t, NewInProcess(time.Now), l)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		// Four are in flight at first. Then there are pauses of 1, 2, 4, ... 32 s, and of a minute.
		attempts, _, _ := l.counts()
		var pauses []time.Duration
		for i := 4; i < len(l.at); i++ {
			pauses = append(pauses, l.at[i].Sub(l.at[i-1]).Round(time.Second))
		}
		want := []time.Duration{1, 2, 4, 8, 16, 32}
		for range 8 {
			want = append(want, 60)
		}
		for i := range want {
			want[i] *= time.Second
		}
		if diff := cmp.Diff(want, pauses); diff != "" {
			t.Errorf("%d attempts, pauses (-want +got):\n%s", attempts, diff)
		}
		// A pass has 16 pages. Looked at each second, the lane would be read some 10,000 times.
		if n := len(l.queries); n > attempts*4*16 {
			t.Errorf("read %d pages for %d attempts in %v", n, attempts, time.Since(begun))
		}
		l.change(func() { l.barred = false })
		time.Sleep(2*time.Minute + 2*time.Second)
		stop()
		if len(l.items) > 0 {
			t.Errorf("%d are left two minutes after the lane was mended", len(l.items))
		}
	})
}

func TestABarredLaneGoesOnWhenItIsActivated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := barredLane(1_000)
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		time.Sleep(10*time.Minute + 30*time.Second)
		l.change(func() { l.barred = false })
		source.Activate(theLane, time.Now())
		time.Sleep(time.Second)
		synctest.Wait()
		// Those that were refused wait for their own time.
		if n := len(l.items); n > 18 {
			t.Errorf("%d are left a second after the lane was mended and activated", n)
		}
		stop()
	})
}

func TestAFloodOfHintsBringsABarredLaneOneRefusalASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := barredLane(100)
		source := NewInProcess(time.Now)
		stop := start(t, source, l)
		for range 600 {
			source.Activate(theLane, time.Now())
			time.Sleep(100 * time.Millisecond)
		}
		stop()
		if n := len(l.log); n < 30 || n > 64 {
			t.Errorf("%d calls in a minute", n)
		}
	})
}

func TestOneRefusalThatIsAHiccupCostsASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := barredLane(100)
		l.barred, l.took, l.ends = false, 20*time.Millisecond, map[int64][]End{1: {{Class: Barred}}}
		// Four at once need half a second.
		runFor(t, l, 1700*time.Millisecond)
		if len(l.items) > 0 {
			t.Errorf("%d of 100 are left", len(l.items))
		}
	})
}

func TestABarredLaneEndsWhatMustEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := barredLane(10)
		l.items = append(l.items, Item[string]{Seq: 99, Key: "update/z", Deadline: time.Now().Add(100 * time.Second)})
		stop := start(t, NewInProcess(time.Now), l)
		time.Sleep(100 * time.Second)
		synctest.Wait()
		if _, _, without := l.counts(); !cmp.Equal(map[int64]Reason{99: Late}, without) {
			t.Errorf("at the deadline ended %v", without)
		}
		stop()
	})
}

func TestABarredLaneOpensByAnAttemptThatBeganAfterTheRefusal(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	g := gate{}
	g.bar(now)
	g.bar(now.Add(time.Second))
	if g.passed(now.Add(-time.Second)); g.until() != now.Add(3*time.Second) {
		t.Errorf("what began before opened it; it is shut until %v", g.until())
	}
	if g.passed(now.Add(time.Second)); g.shut(now.Add(time.Second)) {
		t.Errorf("what began after did not open it; it is shut until %v", g.until())
	}
	g.activated()
	if g.bar(now.Add(time.Minute)); g.until() != now.Add(time.Minute+shortestBar) {
		t.Errorf("the next refusal shuts it until %v", g.until())
	}
}
