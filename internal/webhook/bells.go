package webhook

import (
	"sync"

	"github.com/google/uuid"
)

// bells call those of this process who wait for a feed, and count them. A call that another process
// should have made costs lookAgain.
type bells struct {
	mu      sync.Mutex
	ringing map[uuid.UUID]chan struct{}
	seats   map[uuid.UUID]int
	all     int
}

func newBells() *bells {
	return &bells{ringing: map[uuid.UUID]chan struct{}{}, seats: map[uuid.UUID]int{}}
}

// of returns what is closed when something is filed in a receiver's feed from then on.
func (b *bells) of(receiver uuid.UUID) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ringing[receiver] == nil {
		b.ringing[receiver] = make(chan struct{})
	}
	return b.ringing[receiver]
}

func (b *bells) ring(receiver uuid.UUID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.ringing[receiver]; c != nil {
		close(c)
		delete(b.ringing, receiver)
	}
}

// seat lets one more of a partner's readings wait, if there is room for it.
func (b *bells) seat(partner uuid.UUID) (leave func(), ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all == readersOfAll || b.seats[partner] == readersOfOne {
		return nil, false
	}
	b.all++
	b.seats[partner]++
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.all--
		if b.seats[partner]--; b.seats[partner] == 0 {
			delete(b.seats, partner)
		}
	}, true
}
