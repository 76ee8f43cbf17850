package dispatch

import (
	"context"
	"maps"
	"slices"
)

// Enter returns when one more call may be in flight under each of the named limits that bound
// calls at once, with how to leave when the call has ended, or with the context's error. leave
// must be called exactly once. Whoever waits here has been charged for the rate by Wait already.
func (p *Pacer) Enter(ctx context.Context, keys ...string) (leave func(), err error) {
	rooms := map[string]chan struct{}{}
	for _, k := range keys {
		// A room belongs to a limit's id, so two keys of one budget take one place and not two.
		if l := p.Named[k]; l.AtOnce > 0 {
			rooms[l.ID] = p.Budget.room(l)
		}
	}
	var held []chan struct{}
	leave = func() {
		for _, room := range held {
			<-room
		}
	}
	// In one order for all, so that no two wait for each other.
	for _, id := range slices.Sorted(maps.Keys(rooms)) {
		// A place that is free is taken even if ctx has ended: whoever does not want to wait asks so.
		select {
		case rooms[id] <- struct{}{}:
			held = append(held, rooms[id])
			continue
		default:
		}
		select {
		case rooms[id] <- struct{}{}:
			held = append(held, rooms[id])
		case <-ctx.Done():
			leave()
			return nil, ctx.Err()
		}
	}
	return leave, nil
}

// room holds as many as a limit allows at once. Its size is that of the first who asked; another
// one counts from the next start of the process.
func (b *Budget) room(l Limit) chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	room, ok := b.rooms[l.ID]
	if !ok {
		room = make(chan struct{}, l.AtOnce)
		b.rooms[l.ID] = room
	}
	return room
}
