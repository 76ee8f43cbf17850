package app

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// latecomer is a replica that the others count from a time on.
type latecomer struct {
	*fellow
	from time.Time
}

func (l latecomer) Share() (part, of int) {
	if time.Now().Before(l.from) {
		return -1, 2
	}
	return 1, 2
}

func TestAStartWaitsUntilTheOthersCountTheReplicaButNotForOneThatIsDead(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]time.Duration{0: 0, time.Second: time.Second, time.Hour: noticedWithin} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			a := &App{replica: latecomer{&fellow{}, began.Add(after)}}
			a.noticed(t.Context())
			if took := time.Since(began); took != want {
				t.Errorf("counted after %v it waited %v", after, took)
			}
		})
	}
}

// mourner is a replica beside others, which are known to be dead from a time on.
type mourner struct {
	*fellow
	from time.Time
}

func (m mourner) Share() (part, of int) {
	if time.Now().Before(m.from) {
		return 0, 3
	}
	return 0, 1
}

func TestARestoreIsNotToldBesideOtherReplicasButBesideThoseThatAreDead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &App{replica: mourner{&fellow{}, time.Now().Add(time.Hour)}}
		if err := a.refuseRestoreBeside(t.Context(), time.Time{}); err != nil {
			t.Errorf("without a restore: %v", err)
		}
		if err := a.refuseRestoreBeside(t.Context(), time.Now()); err == nil || !strings.Contains(err.Error(), "2 other replica") {
			t.Errorf("beside others: %v", err)
		}
		a.replica = mourner{&fellow{}, time.Now().Add(5 * time.Second)}
		if err := a.refuseRestoreBeside(t.Context(), time.Now()); err != nil {
			t.Errorf("beside some that have died: %v", err)
		}
		if err := (&App{}).refuseRestoreBeside(t.Context(), time.Now()); err != nil {
			t.Errorf("of a process that has no others: %v", err)
		}
	})
}
