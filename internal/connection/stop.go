package connection

import (
	"context"
	"errors"
	"time"

	"github.com/waybill-dev/waybill/internal/problem"
)

// enter admits a piece of work that must not be cut off by a stop: a secret may be at the TSP, and
// what comes back must be stored. It refuses once Close was called. leave must be called once.
func (s *Service) enter() (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, false
	}
	s.working.Add(1)
	return s.working.Done, true
}

// stopping is told to a caller of the API whose request would spend a secret during a stop.
func stopping() error {
	return &problem.Error{Code: problem.Unavailable, RetryAfter: time.Second,
		Detail: "Waybill is stopping; nothing was changed, so send the request again when it is back"}
}

// Close refuses to exchange and renew credentials from then on and waits for those that are under
// way, as long as one may take. It must be called before the store is closed: what the TSP gives is
// the only copy.
func (s *Service) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		s.working.Wait()
		close(idle)
	}()
	ctx, cancel := context.WithTimeout(ctx, renewTime)
	defer cancel()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return errors.New("credentials were still being renewed when the time of the stop was over; " +
			"a token that the TSP rotated meanwhile is lost, and its fleet must sign in anew")
	}
}
