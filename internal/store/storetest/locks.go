package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"
)

func locks() []rule {
	return []rule{
		{"one alone holds the lock of a connection", lockIsExclusive},
		{"whoever waits for a lock gets it when it is given back, or gives up with its context", lockIsHandedOn},
		{"locks of different connections have nothing to do with each other", locksAreApart},
		{"a holder that dies loses its lock", lockDies},
	}
}

func lockIsExclusive(t *testing.T, s *stand) {
	id := uuid.New()
	var all sync.WaitGroup
	held := 0 // The race detector watches it.
	for range 20 {
		all.Go(func() {
			unlock, err := s.LockConnection(t.Context(), id)
			if err != nil {
				t.Error(err)
				return
			}
			held++
			unlock()
		})
	}
	all.Wait()
	is(t, "held", held, 20)
}

func lockIsHandedOn(t *testing.T, s *stand) {
	id := uuid.New()
	unlock := got[func()](s)(s.LockConnection(t.Context(), id))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.LockConnection(ctx, id); !errors.Is(err, context.Canceled) {
		t.Errorf("gave up: %v", err)
	}
	next := make(chan error)
	go func() {
		unlock, err := s.LockConnection(t.Context(), id)
		if err == nil {
			unlock()
		}
		next <- err
	}()
	unlock()
	unlock() // Twice is once.
	s.must(<-next)
}

func locksAreApart(t *testing.T, s *stand) {
	got[func()](s)(s.LockConnection(t.Context(), uuid.New()))
	got[func()](s)(s.LockConnection(t.Context(), uuid.New()))()
}

func lockDies(t *testing.T, s *stand) {
	id := uuid.New()
	got[func()](s)(s.LockConnection(t.Context(), id))
	next := s.crashed()
	got[func()](s)(next.LockConnection(t.Context(), id))()
}
