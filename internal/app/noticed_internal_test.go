package app

import (
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
