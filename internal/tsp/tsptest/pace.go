package tsptest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// free lets every call pass.
type free struct{}

func (free) Wait(ctx context.Context, _ ...string) error { return ctx.Err() }

// strict paces calls at the limits of a spec, as lanes do, and counts them.
type strict struct {
	limits map[string]tsp.Limit

	mu     sync.Mutex
	next   map[string]time.Time // theoretical arrival time of GCRA
	waits  [][]string
	faults []string
}

func newStrict(limits []tsp.Limit) *strict {
	s := &strict{limits: map[string]tsp.Limit{}, next: map[string]time.Time{}}
	for _, l := range limits {
		s.limits[l.Key] = l
	}
	return s
}

// Wait returns when one call may be made against each of the limits.
func (s *strict) Wait(ctx context.Context, keys ...string) error {
	s.mu.Lock()
	s.waits = append(s.waits, keys)
	start := time.Now()
	for _, key := range keys {
		l, ok := s.limits[key]
		if !ok || l.Events < 1 {
			s.faults = append(s.faults, fmt.Sprintf("a call waits for the limit %q, which the spec does not declare", key))
			continue
		}
		slack := time.Duration(l.Burst-1) * (l.Period / time.Duration(l.Events))
		if earliest := s.next[key].Add(-slack); earliest.After(start) {
			start = earliest
		}
	}
	for _, key := range keys {
		if l, ok := s.limits[key]; ok && l.Events > 0 {
			from := s.next[key]
			if from.Before(start) {
				from = start
			}
			s.next[key] = from.Add(l.Period / time.Duration(l.Events))
		}
	}
	s.mu.Unlock()
	timer := time.NewTimer(time.Until(start))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *strict) waited() (waits [][]string, faults []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([][]string(nil), s.waits...), append([]string(nil), s.faults...)
}
