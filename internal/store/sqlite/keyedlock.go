package sqlite

import (
	"context"
	"sync"

	"github.com/google/uuid"
)

// keyedLocks are locks by id. One process alone works on a SQLite file, so its memory is the
// right place for them.
type keyedLocks struct {
	mu   sync.Mutex
	held map[uuid.UUID]*keyedLock
}

// keyedLock is there while somebody holds it or waits for it. users counts both, so that the last
// one can take it out of the map, which would grow with every id otherwise. turn is full
// while the lock is held: a channel, because a mutex cannot be waited for under a context.
type keyedLock struct {
	turn  chan struct{}
	users int
}

// Lock returns when nobody else holds the lock of an id. unlock may be called more than once.
func (e *Engine) Lock(ctx context.Context, id uuid.UUID) (unlock func(), err error) {
	return e.locks.lock(ctx, id)
}

func (l *keyedLocks) lock(ctx context.Context, id uuid.UUID) (unlock func(), err error) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[uuid.UUID]*keyedLock{}
	}
	one := l.held[id]
	if one == nil {
		one = &keyedLock{turn: make(chan struct{}, 1)}
		l.held[id] = one
	}
	one.users++
	l.mu.Unlock()
	select {
	case one.turn <- struct{}{}:
		return sync.OnceFunc(func() {
			<-one.turn
			l.leave(id, one)
		}), nil
	case <-ctx.Done():
		l.leave(id, one)
		return nil, ctx.Err()
	}
}

// leave ends one's interest in a lock, held or waited for.
func (l *keyedLocks) leave(id uuid.UUID, one *keyedLock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.users--; one.users == 0 {
		delete(l.held, id)
	}
}
