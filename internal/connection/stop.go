package connection

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
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

// Close refuses to exchange and renew credentials from then on, waits for those that are under way,
// as long as one may take, and stores what could not be stored before. It must be called before the
// store is closed: what the TSP gives is the only copy.
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
		return s.saveLate(ctx)
	case <-ctx.Done():
		return errors.New("credentials were still being renewed when the time of the stop was over; " +
			"a token that the TSP rotated meanwhile is lost, and its fleet must sign in anew")
	}
}

// saveLate stores the renewed credentials that are in memory alone.
func (s *Service) saveLate(ctx context.Context) error {
	s.mu.Lock()
	ids := slices.Collect(maps.Keys(s.unsaved))
	s.mu.Unlock()
	var all []error
	for _, id := range ids {
		c, _, err := s.stored(ctx, id)
		if late, ok := s.late(c); ok && err == nil {
			err = s.saveRenewed(ctx, c, late)
		}
		if err != nil {
			all = append(all, fmt.Errorf("storing renewed credentials of connection %s: %w", id, err))
		}
	}
	return errors.Join(all...)
}
