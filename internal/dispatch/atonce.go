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
	var rooms map[string]*callRoom
	for _, k := range keys {
		// A room belongs to a limit's id, so two keys of one budget take one place and not two.
		if l, _ := p.Named(k); l.AtOnce > 0 && rooms[l.ID] == nil {
			if rooms == nil {
				rooms = map[string]*callRoom{}
			}
			rooms[l.ID] = p.Budget.room(l)
		}
	}
	if rooms == nil {
		return func() {}, nil
	}
	var held []*callRoom
	leave = func() {
		for _, room := range held {
			<-room.places
		}
		p.Budget.leave(rooms)
	}
	// In one order for all, so that no two wait for each other.
	for _, id := range slices.Sorted(maps.Keys(rooms)) {
		// A place that is free is taken even if ctx has ended: whoever does not want to wait asks so.
		select {
		case rooms[id].places <- struct{}{}:
			held = append(held, rooms[id])
			continue
		default:
		}
		select {
		case rooms[id].places <- struct{}{}:
			held = append(held, rooms[id])
		case <-ctx.Done():
			leave()
			return nil, ctx.Err()
		}
	}
	return leave, nil
}

// callRoom holds as many calls as a limit allows at once.
type callRoom struct {
	places chan struct{}
	// users are in it or wait for a place; it is kept for them.
	users int
}

// room returns that of a limit for one more user, who must leave it. Its size is that of the first of
// those who use it.
func (b *Budget) room(l Limit) *callRoom {
	b.mu.Lock()
	defer b.mu.Unlock()
	room, ok := b.rooms[l.ID]
	if !ok {
		l = partOf(l, b.mine(l))
		room = &callRoom{places: make(chan struct{}, l.AtOnce)}
		b.rooms[l.ID] = room
	}
	room.users++
	return room
}

// leave ends one use of each room.
func (b *Budget) leave(rooms map[string]*callRoom) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, room := range rooms {
		if room.users--; room.users == 0 {
			delete(b.rooms, id)
		}
	}
}
