package operation

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
)

// MostWait bounds how long a caller waits for the end of an async write.
const MostWait = time.Minute

// Ends tells what has ended, however and wherever it did.
type Ends interface {
	// Ended returns those of some operations that have ended.
	Ended(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error)
}

// How often it is asked which operations have ended that callers wait for, and of how many at once: where other
// replicas settle, an end there is heard of by this alone; where none do, it makes a lost call harmless.
const (
	lookAmongReplicas = 250 * time.Millisecond
	lookAlone         = 5 * time.Second
	lookedAtOnce      = 2000
)

// Waiters are the callers of this process who wait for the ends of async operations. Each waits for a call, and none
// asks by itself.
type Waiters struct {
	most int

	mu sync.Mutex
	on map[uuid.UUID]*awaited
	// line holds them in the order in which they are asked for, those too for which nobody waits any more.
	line []*awaited
	// seats are the callers of each partner who wait, and all those of all.
	seats map[uuid.UUID]int
	all   int
	// over is closed when nobody may wait any more.
	over chan struct{}
}

// awaited is an operation for which callers wait; ended is closed when it has. Once nobody waits it is no more: who waits
// for the same operation later has another.
type awaited struct {
	id      uuid.UUID
	ended   chan struct{}
	callers int
}

// NewWaiters returns the waiters of a process that takes so many connections: three quarters of them may wait, and half
// of them for one partner, so that who waits leaves room for the requests of others.
func NewWaiters(connections int) *Waiters {
	return &Waiters{most: connections, on: map[uuid.UUID]*awaited{}, seats: map[uuid.UUID]int{}, over: make(chan struct{})}
}

// Ended calls those who wait for an operation. The store tells it of each end, after the commit; it does not block.
func (w *Waiters) Ended(id uuid.UUID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.on[id]; a != nil {
		close(a.ended)
		delete(w.on, id)
	}
}

// Run asks what has ended without a call, and lets nobody wait any more when ctx ends. shared tells that other processes
// settle operations as well.
func (w *Waiters) Run(ctx context.Context, ends Ends, shared bool, log *slog.Logger) error {
	defer close(w.over)
	every := lookAlone
	if shared {
		every = lookAmongReplicas
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := w.look(ctx, ends)
		if err != nil && !failing && ctx.Err() == nil {
			log.Error("which operations have ended for which callers wait could not be asked; it is asked again",
				"error", err)
		}
		failing = err != nil
	}
}

// look asks for those that were not asked for the longest.
func (w *Waiters) look(ctx context.Context, ends Ends) error {
	ids := w.next()
	if len(ids) == 0 {
		return nil
	}
	ended, err := ends.Ended(ctx, ids)
	for _, id := range ended {
		w.Ended(id)
	}
	return err
}

// next takes the operations from the front of the line for which somebody waits, and puts them at its end.
func (w *Waiters) next() (ids []uuid.UUID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	passed, again := 0, []*awaited(nil)
	for _, a := range w.line {
		if len(ids) == lookedAtOnce {
			break
		}
		passed++
		if w.on[a.id] == a {
			ids, again = append(ids, a.id), append(again, a)
		}
	}
	w.line = append(w.line[passed:], again...)
	return ids
}

// enter lets one more caller wait, if there is room. ended is closed when the operation ends from then on.
func (w *Waiters) enter(op Operation) (ended <-chan struct{}, leave func(), ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all >= w.most*3/4 || w.seats[op.Partner] >= w.most/2 {
		return nil, nil, false
	}
	w.all++
	w.seats[op.Partner]++
	a := w.on[op.ID]
	if a == nil {
		a = &awaited{id: op.ID, ended: make(chan struct{})}
		w.on[op.ID] = a
		w.line = append(w.line, a)
	}
	a.callers++
	return a.ended, func() { w.leave(op.Partner, a) }, true
}

func (w *Waiters) leave(partner uuid.UUID, a *awaited) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all--
	if w.seats[partner]--; w.seats[partner] == 0 {
		delete(w.seats, partner)
	}
	if a.callers--; a.callers == 0 && w.on[a.id] == a {
		delete(w.on, a.id)
	}
}

// Await returns an async operation once it has ended, or as it stands when the time is over, the caller is gone or this
// process stops. waited is false where the caller could not wait for as long as it may: too many do, or the process
// stops. The operation does not know of it: whatever becomes of the waiting, it goes on as any other.
func (s *Service) Await(ctx context.Context, op Operation, most time.Duration) (as Operation, waited bool) {
	if op.State.Ended() || most <= 0 {
		return op, true
	}
	ended, leave, ok := s.Waiters.enter(op)
	if !ok {
		return op, false
	}
	defer leave()
	// It may have ended before its end could be heard of.
	if op = s.stands(ctx, op); op.State.Ended() {
		return op, true
	}
	over := time.NewTimer(min(most, MostWait))
	defer over.Stop()
	select {
	case <-ended:
	case <-over.C:
	case <-s.Waiters.over:
		return op, false
	case <-ctx.Done():
		return op, false
	}
	return s.stands(ctx, op), true
}

// stands is an operation as it is stored, or as it was where the store cannot tell: it was accepted all the same.
func (s *Service) stands(ctx context.Context, op Operation) Operation {
	read, err := s.Store.Operation(ctx, op.Partner, op.Connection, op.ID)
	if err != nil {
		return op
	}
	one := []Operation{read}
	if err := s.withhold(ctx, one); err != nil {
		return op
	}
	return one[0]
}
