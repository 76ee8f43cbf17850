package connection_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// run lets the service look at connections until stop is called.
func (s *stand) run() (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.service.Run(ctx) }()
	return func() {
		s.t.Helper()
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
	}
}

// refuse reports a refusal of the credentials of a connection as it was read.
func (s *stand) refuse(c connection.Connection) {
	s.t.Helper()
	if err := s.service.Refused(s.t.Context(), c, &tsp.Error{Class: tsp.Unauthorized, Message: "invalid"}); err != nil {
		s.t.Error(err)
	}
}

// refusing is a check that is always refused.
func refusing(says string) func(context.Context, tsp.Access) (tsp.Account, error) {
	return func(context.Context, tsp.Access) (tsp.Account, error) {
		return tsp.Account{}, &tsp.Error{Class: tsp.Unauthorized, Message: says}
	}
}

// checks lets the TSP answer checks one after the other, the last one for ever, and notes when they
// came.
func (s *stand) checks(answers ...error) (at func() []time.Duration) {
	var mu sync.Mutex
	var times []time.Duration
	began := time.Now()
	s.tsp.answer(func(context.Context, tsp.Access) (tsp.Account, error) {
		mu.Lock()
		defer mu.Unlock()
		n := min(len(times), len(answers)-1)
		times = append(times, time.Since(began))
		return tsp.Account{Key: "account-1"}, answers[n]
	})
	return func() []time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return times
	}
}

func end(c tsp.Class) error { return &tsp.Error{Class: c, Message: "it is " + string(c)} }

func TestOnlyChecksThatAreRefusedOverSomeTimeMakeAConnectionStale(t *testing.T) {
	t.Parallel()
	no, away := end(tsp.Unauthorized), end(tsp.Unavailable)
	for says, c := range map[string]struct {
		answers []error
		status  connection.Status
		checks  int
		least   time.Duration // between the first check and the last
	}{
		"taken at once":               {[]error{nil}, connection.Active, 1, 0},
		"refused once":                {[]error{no, nil}, connection.Active, 2, 10 * time.Second},
		"refused twice":               {[]error{no, no, nil}, connection.Active, 3, 30 * time.Second},
		"refused each time":           {[]error{no, no, no, nil}, connection.Stale, 3, 30 * time.Second},
		"not answered in between":     {[]error{no, away, no, end(tsp.Throttled), no, nil}, connection.Stale, 5, 30 * time.Second},
		"never answered":              {[]error{away}, connection.Active, 3, 20 * time.Second},
		"lacking a permission, alone": {[]error{end(tsp.Forbidden)}, connection.Active, 3, 20 * time.Second},
		"a deploy":                    {[]error{end(tsp.Missing), nil}, connection.Active, 2, 10 * time.Second},
		"our own fault":               {[]error{end(tsp.Broken), nil}, connection.Active, 2, 10 * time.Second},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStand(t)
				id := s.create(good).ID
				sessions, at := s.tsp.made(), s.checks(c.answers...)
				defer s.run()()
				s.refuse(s.stored(id))
				if !s.service.Shut(s.stored(id)) {
					t.Error("its lanes go on before it was looked at")
				}
				// Five checks take 51 s, and a fifth more at most; none takes the next minute's probe.
				time.Sleep(59 * time.Second)
				if c.checks == 5 {
					time.Sleep(5 * time.Second)
				}
				times := at()
				if got := s.stored(id).Status; got != c.status || len(times) != c.checks || s.tsp.made() != sessions+c.checks {
					t.Fatalf("%s after %d checks in %d new sessions", got, len(times), s.tsp.made()-sessions)
				}
				if took := times[len(times)-1] - times[0]; took < c.least {
					t.Errorf("all was proven within %v", took)
				}
				if s.service.Shut(s.stored(id)) {
					t.Error("its lanes are still shut")
				}
			})
		})
	}
}

func TestHoweverManyCallsAreRefusedThereIsOneCheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		c := s.stored(s.create(good).ID)
		at := s.checks(nil)
		defer s.run()()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { s.refuse(c) })
		}
		all.Wait()
		time.Sleep(30 * time.Second)
		if n := len(at()); n != 1 {
			t.Errorf("%d checks", n)
		}
	})
}

func TestRefusalsThatGoOnNeitherHastenNorDelayTheProof(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		c := s.stored(s.create(good).ID)
		at := s.checks(end(tsp.Unauthorized))
		defer s.run()()
		for range 50 {
			s.refuse(c)
			time.Sleep(time.Second)
		}
		if n, got := len(at()), s.stored(c.ID).Status; n != 3 || got != connection.Stale {
			t.Errorf("%s after %d checks", got, n)
		}
	})
}

func TestTheLanesOfAConnectionWaitWhileItIsSuspectAndGoOnAtOnceAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		var mu sync.Mutex
		woken := map[fence.Lane]time.Duration{}
		began := time.Now()
		s.service.Wake = func(l fence.Lane) {
			mu.Lock()
			defer mu.Unlock()
			woken[l] = time.Since(began)
		}
		c := s.stored(s.create(good).ID)
		s.checks(end(tsp.Unauthorized), nil)
		defer s.run()()
		s.refuse(c)
		time.Sleep(9 * time.Second)
		mu.Lock()
		if !s.service.Shut(c) || len(woken) != 0 {
			t.Errorf("after a check that was refused it is shut: %v; woken: %v", s.service.Shut(c), woken)
		}
		mu.Unlock()
		time.Sleep(6 * time.Second)
		mu.Lock()
		for _, kind := range []string{fence.Connections, fence.Imports} {
			if at := woken[fence.Lane{Kind: kind, ID: c.ID}]; at < 11*time.Second || s.service.Shut(c) {
				t.Errorf("the lane of %s is woken after %v; shut: %v", kind, at, s.service.Shut(c))
			}
		}
		mu.Unlock()
		// The credentials were proven just now: what refuses them is one call, and others go on.
		s.refuse(c)
		if s.service.Shut(c) {
			t.Error("one call that is refused again stops all others")
		}
	})
}
