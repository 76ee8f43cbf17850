package dispatch

import (
	"context"
	"maps"
	"slices"
)

// Enter returns when one more call may be in flight under each of the named limits that bound
// calls at once, with how to leave when the call has ended, or with the context's error, or with ErrLapsed. leave
// must be called exactly once. Whoever waits here has been charged for the rate by Wait already.
func (p *Pacer) Enter(ctx context.Context, keys ...string) (leave func(), err error) {
	var bounds map[string]Limit
	for _, k := range keys {
		// A room belongs to a limit's id, so two keys of one budget take one place and not two.
		if l, _ := p.Named(k); l.AtOnce > 0 {
			if bounds == nil {
				bounds = map[string]Limit{}
			}
			bounds[l.ID] = l
		}
	}
	if bounds == nil {
		return func() {}, nil
	}
	var held []string
	leave = func() {
		for _, id := range held {
			p.Budget.leave(id)
		}
	}
	// In one order for all, so that no two wait for each other.
	for _, id := range slices.Sorted(maps.Keys(bounds)) {
		if err := p.Budget.enter(ctx, bounds[id]); err != nil {
			leave()
			return nil, err
		}
		held = append(held, id)
	}
	// The life that Wait asked for may have ended meanwhile.
	if p.Budget.lapsedUnder(ctx) {
		leave()
		return nil, ErrLapsed
	}
	return leave, nil
}

// callRoom holds as many calls as this process's part of a limit allows at once. It is kept while calls are in it.
type callRoom struct {
	limit Limit
	taken int
	// line are those who wait, the first in front; a place is theirs when theirs is closed.
	line []chan struct{}
}

// enter returns when a call has a place under a limit, or with the context's error. A place that is free is taken even
// if ctx has ended: whoever does not want to wait asks so.
func (b *Budget) enter(ctx context.Context, l Limit) error {
	b.mu.Lock()
	room := b.rooms[l.ID]
	if room == nil {
		room = &callRoom{limit: l}
		b.rooms[l.ID] = room
	}
	mine := make(chan struct{})
	room.line = append(room.line, mine)
	b.admit(room)
	b.mu.Unlock()
	select {
	case <-mine:
		return nil
	default:
	}
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	i := slices.Index(room.line, mine)
	if i >= 0 {
		room.line = slices.Delete(room.line, i, i+1)
	}
	b.mu.Unlock()
	if i < 0 {
		// It was let in a moment before.
		b.leave(l.ID)
	}
	return ctx.Err()
}

// admit lets in who waits, as far as the limit's part allows that is this process's at the moment; mu is held.
func (b *Budget) admit(room *callRoom) {
	most := partOf(room.limit, b.mine(room.limit)).AtOnce
	for room.taken < most && len(room.line) > 0 {
		room.taken++
		close(room.line[0])
		room.line = room.line[1:]
	}
}

// leave ends a call under a limit.
func (b *Budget) leave(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	room := b.rooms[id]
	room.taken--
	b.admit(room)
	if room.taken == 0 {
		delete(b.rooms, id)
	}
}
