package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Replica is how this process stands among those that work on the same lanes. Whoever works alone has none.
type Replica interface {
	// Life numbers the time for which this process was taken for alive by all others, without a break; 0 where it may
	// be taken for dead. What was begun in one life is not gone on with in another: somebody else may have it.
	Life() int64
	// Share is which part of how many is this process's of what all have together, from 0 on; part is -1 while it has
	// none. of counts each process that may still make calls: one that comes has no part before all others count it,
	// and one that goes is counted until it makes no more.
	Share() (part, of int)
}

// Handover is what a Source does besides where lanes pass from one process to another.
type Handover interface {
	// Taken tells what is known of a claimed lane's runs in other processes.
	Taken(c fence.Claim) Taken
	// Leave keeps what a run leaves for whoever claims the lane next. cut tells that something which it has begun has
	// no end: the lane then counts as one that was not given back. left is never empty. It comes before the Release of
	// the claim.
	Leave(c fence.Claim, left []byte, cut bool)
}

// Shared is a Source of whose lanes each process should have a part.
type Shared interface {
	// Crowded tells whether this process has more than its part.
	Crowded() bool
}

// Taken is what is known of a lane that passes from one process to another.
type Taken struct {
	// Moved tells that another process has run the lane since this one did.
	Moved bool
	// Left is what the run before has left: nil if it has left nothing, as one that died, and no bytes if the lane never
	// ran.
	Left []byte
	// CutAt is when the lane was taken last from a process that had not given it back; zero if it never was.
	CutAt time.Time
}

// ErrLapsed is why no call is made: this process was silent for so long that others may have taken its lanes.
var ErrLapsed = errors.New("this replica was silent for too long, so others may have taken over what it worked on")

type lifeKey struct{}

// Fenced returns a context under which calls are paced in the present life of this process alone.
func (b *Budget) Fenced(ctx context.Context) context.Context { return fenced(ctx, b.life()) }

func fenced(ctx context.Context, life int64) context.Context {
	return context.WithValue(ctx, lifeKey{}, life)
}

// life is 0 where this process may be taken for dead.
func (b *Budget) life() int64 {
	if b.replica == nil {
		return 1
	}
	return b.replica.Life()
}

// lapsed tells whether nothing may be begun any more that belongs to a life.
func (b *Budget) lapsed(life int64) bool { return life == 0 || b.life() != life }

// lapsedUnder is lapsed for the life of a context; without one this process must be alive.
func (b *Budget) lapsedUnder(ctx context.Context) bool {
	life, ok := ctx.Value(lifeKey{}).(int64)
	if !ok {
		return b.life() == 0
	}
	return b.lapsed(life)
}
