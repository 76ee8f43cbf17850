package connection_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestOfThreeReplicasOneProbesWhatAnyHasFoundStale(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		id := s.create(good).ID
		at := s.checks(end(tsp.Unauthorized))
		var leader atomic.Int64
		var all []*connection.Service
		for i := range int64(3) {
			s.restart()
			s.service.Leads = func() bool { return leader.Load() == i }
			all = append(all, s.service)
			defer s.run()()
			synctest.Wait()
		}
		s.service = all[2]
		s.refuse(s.stored(id))
		time.Sleep(time.Hour)
		if c := s.stored(id); c.Status != connection.Stale {
			t.Fatalf("it is %s", c.Status)
		}
		// Three that prove it, and then after a minute, two, four and so on.
		if n := len(at()); n < 6 || n > 9 {
			t.Errorf("%d checks in an hour", n)
		}
		// Another one leads, and finds what is stale by itself.
		leader.Store(1)
		s.checks(nil)
		time.Sleep(3 * time.Minute)
		if c := s.stored(id); c.Status != connection.Active {
			t.Errorf("when the TSP takes them again it is %s", c.Status)
		}
	})
}
