//go:build unix

package riversource_test

import (
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/fence"
)

// of returns a keeper's claim of a lane.
func (k *keeper) of(l fence.Lane) dispatch.Claim {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.claims[l]
}

// runsAgain waits until a keeper has a lane by a later claim.
func (k *keeper) runsAgain(t *testing.T, after dispatch.Claim) {
	t.Helper()
	eventually(t, "the lane runs again", func() bool { return k.of(after.Lane).Epoch > after.Epoch })
}

func TestWhatWasActivatedWhileNothingWasHeardIsNotLost(t *testing.T) {
	t.Parallel()
	url, l := database(t), newLine()
	a, b := replica(t, url), replica(t, url, l.through(t))
	together(t, a, b)
	kb := keep(t, b, nil)
	for n := range 2 {
		b.Activate(lane(n), time.Now())
	}
	eventually(t, "both lanes run", func() bool { return kb.count() == 2 })
	eventually(t, "it listens", func() bool { return l.deafen() > 0 })
	for n := range 3 {
		a.Activate(lane(n), time.Now())
	}
	eventually(t, "what was activated with them runs", func() bool { return kb.count() == 3 })
	// One is let sleep, the other one runs on.
	asleep := kb.of(lane(1))
	b.Release(asleep, time.Now().Add(time.Hour))
	<-kb.of(lane(0)).Wake
	kb.runsAgain(t, asleep)
}

func TestALaneThatRunsWhereNobodyListensIsWokenAllTheSame(t *testing.T) {
	t.Parallel()
	url := database(t)
	polls := func(c *riversource.Config) { c.PollOnly = true }
	a, b := replica(t, url, polls), replica(t, url, polls)
	together(t, a, b)
	kb := keep(t, b, nil)
	b.Activate(lane(1), time.Now())
	eventually(t, "the lane runs", func() bool { return kb.count() == 1 })
	a.Activate(lane(1), time.Now())
	<-kb.of(lane(1)).Wake
}

func TestALaneSleepsNoLongerWhenTheReplicaThatLetItIsGone(t *testing.T) {
	t.Parallel()
	url, l := database(t), newLine()
	a := replica(t, url, l.through(t))
	b := replica(t, url)
	together(t, a, b)
	a.Activate(lane(1), time.Now())
	c, err := a.Claim(t.Context(), fence.Connections)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(3 * time.Second)
	a.Release(c, at)
	eventually(t, "it sleeps", func() bool {
		var sleeps bool
		err := pool(t, url).QueryRow(t.Context(), `SELECT owner IS NULL AND wake_at > 0 FROM lane`).Scan(&sleeps)
		return err == nil && sleeps
	})
	l.sever()
	again, err := b.Claim(t.Context(), fence.Connections)
	if err != nil || again.Lane != c.Lane {
		t.Fatal(again.Lane, err)
	}
	if early := time.Until(at); early > 100*time.Millisecond {
		t.Errorf("it was woken %v too early", early)
	}
}

func TestALaneThatAReplicaOwnsWithoutKnowingRuns(t *testing.T) {
	t.Parallel()
	url := database(t)
	k := keep(t, replica(t, url), nil)
	for n := range 2 {
		k.Activate(lane(n), time.Now())
	}
	eventually(t, "both lanes run", func() bool { return k.count() == 2 })
	lost, known := k.of(lane(1)), k.of(lane(0))
	k.Release(lost, time.Time{})
	// As if the answer to a claim had not arrived.
	eventually(t, "it is claimed", func() bool {
		tag, err := pool(t, url).Exec(t.Context(), `UPDATE lane SET epoch = epoch + 1, owner = (SELECT id FROM replica)
			WHERE id = $1 AND owner IS NULL`, idOf(lane(1)))
		return err == nil && tag.RowsAffected() == 1
	})
	lost.Epoch++
	k.runsAgain(t, lost)
	if claim := k.of(lane(0)); claim.Epoch != known.Epoch {
		t.Errorf("the lane of which it knew was claimed again: %d", claim.Epoch)
	}
}

func TestALaneWhoseTicketWasLostRuns(t *testing.T) {
	t.Parallel()
	url := database(t)
	s := replica(t, url)
	s.Activate(lane(1), time.Now())
	eventually(t, "its ticket is gone", func() bool {
		tag, err := pool(t, url).Exec(t.Context(), `DELETE FROM river_job WHERE state = 'available'`)
		return err == nil && tag.RowsAffected() == 1
	})
	if _, err := pool(t, url).Exec(t.Context(), `UPDATE lane SET wake_at = wake_at - 3600000000`); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Claim(t.Context(), fence.Connections); err != nil || c.Lane != lane(1) {
		t.Error(c.Lane, err)
	}
}

func TestAReplicaThatComesGetsItsShareOfLongWork(t *testing.T) {
	t.Parallel()
	url := database(t)
	const lanes = 20
	a := replica(t, url)
	ka := keep(t, a, nil)
	for n := range lanes {
		a.Activate(lane(n), time.Now())
	}
	eventually(t, "all lanes run", func() bool { return ka.count() == lanes })
	if a.Crowded() {
		t.Error("whoever is alone has too many lanes")
	}
	b := replica(t, url)
	kb := keep(t, b, nil)
	n := 0
	eventually(t, "the one that came has its share", func() bool {
		// As lanes do at the end of their slice.
		for n < lanes && a.Crowded() {
			a.Release(ka.of(lane(n)), time.Now())
			n++
		}
		return kb.count() >= lanes-lanes*6/10
	})
	eventually(t, "neither has too many", func() bool { return !a.Crowded() && !b.Crowded() })
}

func TestAReplicaThatStartsTakesTheLanesOfOneThatDied(t *testing.T) {
	t.Parallel()
	url, l := database(t), newLine()
	asks := pool(t, url)
	ka := keep(t, replica(t, url, l.through(t)), nil)
	ka.Activate(lane(1), time.Now())
	eventually(t, "the lane runs", func() bool { return ka.count() == 1 })
	l.sever()
	eventually(t, "nobody has heard of its replica for long", func() (silent bool) {
		err := asks.QueryRow(t.Context(), `SELECT beat_at < clock_micros() - 5000000 FROM replica`).Scan(&silent)
		return err == nil && silent
	})
	kb := keep(t, replica(t, url), nil)
	eventually(t, "it runs where the next one starts", func() bool { return kb.of(lane(1)).Epoch > ka.of(lane(1)).Epoch })
}
