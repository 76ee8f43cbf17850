package rest

import (
	"context"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Kept is what sessions remember of the TSP, such as which driver has which vehicle, so that not
// every write asks for it. One Kept serves all sessions of an adapter; each remembers its own.
type Kept[T any] struct {
	// Life is how long what was loaded is trusted.
	Life time.Duration
	// Load asks the TSP. It must not change anything there. Its error is not remembered.
	Load func(ctx context.Context, send Send) (T, error)
}

// Get returns what the session remembers, or loads it, once for however many ask. ctx and send are
// those that the adapter's function was called with.
func (k *Kept[T]) Get(ctx context.Context, send Send) (T, error) {
	m, ok := ctx.Value(memoryKey{}).(*memory)
	if !ok {
		return k.Load(ctx, send)
	}
	var none T
	thing := m.of(k)
	select {
	case thing.turn <- struct{}{}:
		defer func() { <-thing.turn }()
	case <-ctx.Done():
		return none, &tsp.Error{Class: tsp.Unavailable, Err: ctx.Err(),
			Message: "the call ended before what it needs was read"}
	}
	if value, ok := thing.value.(T); ok && m.now().Before(thing.until) {
		return value, nil
	}
	// The session of a preview asks once, as any other does.
	if thing.awaited != nil {
		return none, thing.awaited
	}
	value, err := k.Load(ctx, send)
	if _, previewed := tsp.Awaited("", err); previewed {
		thing.awaited = err
	}
	if err != nil {
		return none, err
	}
	thing.value, thing.until = value, m.now().Add(k.Life)
	return value, nil
}

// Known returns what the session remembers, and whether it does, without asking the TSP. It does not wait for
// a load that is under way.
func (k *Kept[T]) Known(ctx context.Context) (value T, known bool) {
	m, ok := ctx.Value(memoryKey{}).(*memory)
	if !ok {
		return value, false
	}
	thing := m.of(k)
	select {
	case thing.turn <- struct{}{}:
		defer func() { <-thing.turn }()
	default:
		return value, false
	}
	value, known = thing.value.(T)
	return value, known && m.now().Before(thing.until)
}

// memory is what one session remembers. It ends with the session.
type memory struct {
	now func() time.Time

	mu     sync.Mutex
	things map[any]*thing
}

// thing is one remembered value. Whoever has the turn may use it.
type thing struct {
	turn  chan struct{}
	value any
	until time.Time
	// awaited is the end of a load that was previewed.
	awaited error
}

func (m *memory) of(key any) *thing {
	m.mu.Lock()
	defer m.mu.Unlock()
	one, ok := m.things[key]
	if !ok {
		one = &thing{turn: make(chan struct{}, 1)}
		m.things[key] = one
	}
	return one
}

type memoryKey struct{}

// remembering gives the memory to whatever the session calls.
func (s *session) remembering(ctx context.Context) context.Context {
	return context.WithValue(ctx, memoryKey{}, s.memory)
}
