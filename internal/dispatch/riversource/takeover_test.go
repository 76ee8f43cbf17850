//go:build unix

package riversource_test

import (
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
)

// takeover has two of three replicas take the lanes of the first one, which stops by what is done to its line.
func takeover(t *testing.T, stop func(*line)) (first *keeper, l *line, url string) {
	t.Helper()
	url = database(t)
	l = newLine()
	const lanes = 30
	a := replica(t, url, l.through(t))
	ka := keep(t, a, nil)
	for n := range lanes {
		a.Activate(lane(n), time.Now())
	}
	eventually(t, "the first replica has all lanes", func() bool { return ka.count() == lanes })
	early := func(c dispatch.Claim) {
		if ka.runs(c.Lane) {
			t.Errorf("lane %v was given to another replica while the first one may begin calls", c.Lane.ID)
		}
	}
	kb, kc := keep(t, replica(t, url), early), keep(t, replica(t, url), early)
	together(t, a, kb.Source, kc.Source)
	began := time.Now()
	stop(l)
	eventually(t, "the others have all its lanes", func() bool { return kb.count()+kc.count() == lanes })
	t.Log("taken over in", time.Since(began))
	for n := range lanes {
		k := kb
		if kc.claims[lane(n)].Epoch > 0 {
			k = kc
		}
		claim := k.claims[lane(n)]
		if claim.Epoch <= ka.claims[lane(n)].Epoch {
			t.Errorf("epoch %d came after %d", claim.Epoch, ka.claims[lane(n)].Epoch)
		}
		if taken := k.Taken(claim.Claim); !taken.Moved || taken.CutAt.IsZero() || taken.Left != nil {
			t.Errorf("whoever took a lane knows of it: %+v", taken)
		}
	}
	return ka, l, url
}

func TestTheLanesOfAReplicaThatDiesAreTaken(t *testing.T) {
	t.Parallel()
	takeover(t, (*line).sever)
}

func TestAReplicaThatComesBackLateChangesNothing(t *testing.T) {
	t.Parallel()
	a, l, url := takeover(t, (*line).freeze)
	life := a.lives[lane(0)]
	eventually(t, "the first replica knows that it may be dead", func() bool { return a.Life() == 0 })
	// What it says now is said late.
	for n := range 10 {
		a.Leave(a.claims[lane(n)].Claim, []byte("late"), false)
		a.Release(a.claims[lane(n)], time.Now())
	}
	l.thaw()
	eventually(t, "the first replica lives again", func() bool { return a.Life() > life })
	for n := range 20 {
		a.Release(a.claims[lane(10+n)], time.Now())
	}
	// New lanes are for it as well.
	a.Activate(lane(1000), time.Now())
	eventually(t, "a new lane runs", func() bool {
		var owner []byte
		err := pool(t, url).QueryRow(t.Context(), `SELECT owner FROM lane WHERE id = $1`, idOf(lane(1000))).Scan(&owner)
		return err == nil && owner != nil
	})
	var free, late int
	err := pool(t, url).QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE owner IS NULL), count(*) FILTER
		(WHERE leftover IS NOT NULL) FROM lane WHERE id <> $1`, idOf(lane(1000))).Scan(&free, &late)
	if err != nil || free != 0 || late != 0 {
		t.Errorf("a replica that was late freed %d lanes and left something in %d: %v", free, late, err)
	}
}

// A database that is away, as while a standby is promoted, silences all replicas alike.
func TestNoReplicaIsTakenForDeadForTheTimeInWhichNoneCouldBeat(t *testing.T) {
	t.Parallel()
	url, la, lb := database(t), newLine(), newLine()
	asks := pool(t, url)
	a, b := replica(t, url, la.through(t)), replica(t, url, lb.through(t))
	kb := keep(t, b, nil)
	together(t, a, b)
	b.Activate(lane(1), time.Now())
	eventually(t, "a lane runs", func() bool { return kb.count() == 1 })
	epoch, life := kb.of(lane(1)).Epoch, b.Life()
	la.freeze()
	lb.freeze()
	eventually(t, "nobody was heard for long", func() (silent bool) {
		err := asks.QueryRow(t.Context(), `SELECT max(beat_at) < clock_micros() - 5000000 FROM replica`).Scan(&silent)
		return err == nil && silent
	})
	la.thaw()
	eventually(t, "the one beats again", func() bool { return a.Life() > 0 })
	lb.thaw()
	eventually(t, "the other one beats again", func() bool { return b.Life() > 0 })
	if dead, err := a.Dead(t.Context(), b.ID()); dead || err != nil || b.Life() != life {
		t.Errorf("the other one was taken for dead: %v, %v; its life %d became %d", dead, err, life, b.Life())
	}
	if got := kb.of(lane(1)).Epoch; got != epoch {
		t.Errorf("its lane is in epoch %d, was in %d", got, epoch)
	}
}

func idOf(l fence.Lane) []byte { return l.ID[:] }
