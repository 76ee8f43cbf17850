package tsptest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Free is a tsp.Pace that lets every call pass.
type Free struct{}

// Wait waits for nothing.
func (Free) Wait(ctx context.Context, _ ...string) error { return ctx.Err() }

// Enter waits for nothing.
func (Free) Enter(ctx context.Context, _ ...string) (func(), error) { return func() {}, ctx.Err() }

// strict paces calls at the limits of a spec, as lanes do, and counts them.
type strict struct {
	limits map[string]tsp.Limit

	mu     sync.Mutex
	next   map[string]time.Time // theoretical arrival time of GCRA
	waits  [][]string
	faults []string
	// rooms are held by the calls in flight, one for each limit that bounds them.
	rooms map[string]chan struct{}
}

func newStrict(limits []tsp.Limit) *strict {
	s := &strict{limits: map[string]tsp.Limit{}, next: map[string]time.Time{}, rooms: map[string]chan struct{}{}}
	for _, l := range limits {
		s.limits[l.Key] = l
		if l.AtOnce > 0 {
			s.rooms[l.Key] = make(chan struct{}, l.AtOnce)
		}
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
		if !ok || l.Events < 1 && l.AtOnce < 1 {
			s.faults = append(s.faults, fmt.Sprintf("a call waits for the limit %q, which the spec does not declare", key))
		}
		if l.Events < 1 {
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
	return wait(ctx, time.Until(start))
}

// Enter returns when the call may be in flight beside those that are.
func (s *strict) Enter(ctx context.Context, keys ...string) (leave func(), err error) {
	var held []chan struct{}
	leave = func() {
		for _, room := range held {
			<-room
		}
	}
	for _, key := range slices.Sorted(slices.Values(keys)) {
		room, ok := s.rooms[key]
		if !ok {
			continue
		}
		select {
		case room <- struct{}{}:
			held = append(held, room)
		case <-ctx.Done():
			leave()
			return nil, ctx.Err()
		}
	}
	return leave, nil
}

func (s *strict) waited() (waits [][]string, faults []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([][]string(nil), s.waits...), append([]string(nil), s.faults...)
}
