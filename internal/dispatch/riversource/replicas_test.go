//go:build unix

package riversource_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/fence"
)

func lane(n int) fence.Lane {
	return fence.Lane{Kind: fence.Connections, ID: uuid.UUID{14: byte(n >> 8), 15: byte(n)}}
}

// eventually waits for something that must become true.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); !is(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("it never came to be that %s", what)
		}
	}
}

// keeper claims whatever it is given and keeps it.
type keeper struct {
	*riversource.Source
	mu     sync.Mutex
	claims map[fence.Lane]dispatch.Claim
	// lives are those in which each was claimed.
	lives map[fence.Lane]int64
	// on is told of each claim.
	on func(c dispatch.Claim)
}

func keep(t *testing.T, s *riversource.Source, on func(dispatch.Claim)) *keeper {
	k := &keeper{Source: s, claims: map[fence.Lane]dispatch.Claim{}, lives: map[fence.Lane]int64{}, on: on}
	var all sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(func() { cancel(); all.Wait() })
	all.Go(func() {
		for {
			c, err := s.Claim(ctx, fence.Connections)
			if err != nil {
				return
			}
			k.mu.Lock()
			k.claims[c.Lane], k.lives[c.Lane] = c, s.Life()
			k.mu.Unlock()
			if k.on != nil {
				k.on(c)
			}
		}
	})
	return k
}

func (k *keeper) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.claims)
}

// runs tells whether the keeper may still begin calls in a lane.
func (k *keeper) runs(l fence.Lane) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, claimed := k.claims[l]
	return claimed && k.Life() != 0 && k.Life() == k.lives[l]
}

// together waits until replicas count each other.
func together(t *testing.T, sources ...*riversource.Source) {
	t.Helper()
	eventually(t, "all replicas count each other", func() bool {
		for _, s := range sources {
			if part, of := s.Share(); part < 0 || of != len(sources) {
				return false
			}
		}
		return true
	})
}

func TestReplicasShareTheLanesEvenly(t *testing.T) {
	t.Parallel()
	url := database(t)
	const lanes = 90
	var keepers []*keeper
	var sources []*riversource.Source
	for range 3 {
		s := replica(t, url)
		sources, keepers = append(sources, s), append(keepers, keep(t, s, nil))
	}
	together(t, sources...)
	for n := range lanes {
		sources[0].Activate(lane(n), time.Now())
	}
	eventually(t, "all lanes run", func() bool {
		return keepers[0].count()+keepers[1].count()+keepers[2].count() == lanes
	})
	for i, k := range keepers {
		// A replica to which the machine gives less time than to the others takes less.
		if n := k.count(); n > lanes/2 {
			t.Errorf("replica %d has %d of %d lanes", i, n, lanes)
		}
	}
	t.Log(keepers[0].count(), keepers[1].count(), keepers[2].count())
}

func TestALaneThatRunsElsewhereIsWokenThere(t *testing.T) {
	t.Parallel()
	url := database(t)
	a, b := replica(t, url), replica(t, url)
	b.Activate(lane(1), time.Now())
	c, err := b.Claim(t.Context(), fence.Connections)
	if err != nil {
		t.Fatal(err)
	}
	a.Activate(lane(1), time.Now())
	<-c.Wake
	b.Release(c, time.Time{})
}

func TestManyLanesThatRunElsewhereAreWokenAtOnce(t *testing.T) {
	t.Parallel()
	url := database(t)
	a, b := replica(t, url), replica(t, url)
	// More than one notification holds.
	const lanes = 600
	k := keep(t, b, nil)
	for n := range lanes {
		b.Activate(lane(n), time.Now())
	}
	eventually(t, "all lanes run", func() bool { return k.count() == lanes })
	for n := range lanes {
		a.Activate(lane(n), time.Now())
	}
	for n := range lanes {
		<-k.claims[lane(n)].Wake
	}
}

func TestALaneRunsAtItsTimeByTheClockOfItsTimes(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{time.Hour, -time.Hour} {
		clock := func() time.Time { return time.Now().Add(off) }
		s := replica(t, database(t), func(c *riversource.Config) { c.Clock = clock })
		claimed := func() dispatch.Claim {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			c, err := s.Claim(ctx, fence.Connections)
			if err != nil {
				t.Fatalf("with a clock that is %v ahead: %v", off, err)
			}
			return c
		}
		s.Activate(lane(1), clock())
		first := claimed()
		again := clock().Add(300 * time.Millisecond)
		s.Release(first, again)
		if s.Release(claimed(), time.Time{}); clock().Before(again.Add(-time.Millisecond)) {
			t.Errorf("with a clock that is %v ahead it ran before its time", off)
		}
	}
}

func TestALaneThatTwoActivateAtOnceRunsOnce(t *testing.T) {
	t.Parallel()
	url := database(t)
	const lanes = 200
	var mu sync.Mutex
	given := map[fence.Lane]int{}
	on := func(c dispatch.Claim) { mu.Lock(); given[c.Lane]++; mu.Unlock() }
	a, b := replica(t, url), replica(t, url)
	ka, kb := keep(t, a, on), keep(t, b, on)
	var both sync.WaitGroup
	for _, s := range []*riversource.Source{a, b} {
		both.Go(func() {
			for n := range lanes {
				s.Activate(lane(n), time.Now())
			}
		})
	}
	both.Wait()
	eventually(t, "all lanes run", func() bool { return ka.count()+kb.count() >= lanes })
	tickets := 0
	err := pool(t, url).QueryRow(t.Context(), `SELECT last_value FROM river_job_id_seq`).Scan(&tickets)
	if err != nil || tickets != lanes {
		t.Errorf("%d tickets were made for %d lanes: %v", tickets, lanes, err)
	}
	mu.Lock()
	defer mu.Unlock()
	for l, n := range given {
		if n != 1 {
			t.Errorf("%v was given %d times", l.ID, n)
		}
	}
}

func TestLanesThatNobodyHasClaimedAreDueInTheirQueue(t *testing.T) {
	t.Parallel()
	s := replica(t, database(t))
	s.Activate(lane(0), time.Now())
	c, err := s.Claim(t.Context(), fence.Connections)
	if err != nil {
		t.Fatal(err)
	}
	due := func() int {
		all, err := s.Due(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all[fence.Connections]
	}
	if n := due(); n != 0 {
		t.Errorf("%d lanes are due while the only one runs", n)
	}
	s.Withdraw()
	s.Release(c, time.Now())
	eventually(t, "the lane that is given back is due", func() bool { return due() == 1 })
}
