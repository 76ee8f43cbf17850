// Package dispatch runs lanes: ordered queues that share a rate budget. It knows when
// something may run and what the end of an attempt means for what comes next; what runs is
// plugged in as Work. Waiting is a decision of a lane's runner in memory and writes nothing.
package dispatch

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Work is what runs in the lanes of one kind. T is the work's own part of an item; what an attempt
// finds out, Perform leaves there for Settle. Heads and Waiting are called by the runner and the
// sweeper, the others by the goroutine of an attempt, so Begin, Perform and Settle of different
// items run at once.
type Work[T any] interface {
	// Heads returns chains of a lane that hold unfinished items. An error ends the lane's run for
	// a second.
	Heads(ctx context.Context, q fence.Query) (Batch[T], error)
	// Begin records that a call begins whose repetition could harm (T2), or returns
	// fence.ErrOvertaken for an item that is not to be performed any more.
	Begin(ctx context.Context, claim fence.Claim, item Item[T]) error
	// Perform makes one attempt. It never returns before the attempt has ended. If ctx ends first,
	// nothing of it is settled, whatever it returns.
	Perform(ctx context.Context, item Item[T]) End
	// Settle records the end of an attempt in one transaction (T3), or returns
	// fence.ErrOvertaken if the item moved on or the claim was lost. What it records is what
	// Heads answers next.
	Settle(ctx context.Context, claim fence.Claim, a Attempt[T]) error
	// Waiting lists the lanes that hold unfinished items; its cost must follow the number of
	// lanes and not of items.
	Waiting(ctx context.Context) ([]fence.Lane, error)
}

// Batch is what Heads returns.
type Batch[T any] struct {
	// Items holds, chain by chain in the order of keys, the oldest items of each in their order.
	Items []Item[T]
	// Stops holds items that must end without an attempt wherever they stand in their chains. Each is a chain of its own
	// here, whose key is no other's; their Works see to it that an item is not begun which has ended so.
	Stops []Item[T]
	// Again, if set, is when to read anew whatever else happens, since not all that there may be was read.
	Again time.Time
	// Streams lists the streams that hold items, if Items may not be all there are; else nil.
	Streams []fence.Stream
	// Parallel bounds the attempts of the lane in flight, whatever the floor would allow.
	Parallel int
	// Owner is whose lane it is, among whom a floor shares its places.
	Owner Owner
	// Label is what figures tell of the lane, one of few.
	Label string
	// Waited is how much of the time that Heads took it waited for others, as for a commit: that is no cost of
	// reading.
	Waited time.Duration
	// Closed, if set, says that the lane takes no attempts before then; items that must end
	// without one end all the same.
	Closed time.Time
}

// Owner is among whom a floor shares its places: groups first, as those of a TSP's lanes, then each
// group's ids.
type Owner struct {
	Group string
	ID    uuid.UUID
}

// Item is one unfinished thing of a lane.
type Item[T any] struct {
	// Seq orders the items of a lane and is never given again: by it a chain that has grown is told from one
	// that is read a second time.
	Seq int64
	// Key names the chain: an item runs only after all earlier ones of its key have ended.
	Key string
	// Share is on whose behalf the item is. Shares of a lane take turns, however much of one waits.
	Share string
	// NotBefore is when the next attempt may begin.
	NotBefore time.Time
	// Deadline is when the item fails without another attempt; zero for never.
	Deadline time.Time
	// End, if not empty, says why the item must end without another attempt; it costs no limit.
	End string
	// Counted counts the attempts that count, and Streak those in a row that failed and grow the
	// back-off; see Verdict.
	Counted, Streak int
	// Unknown tells that an earlier attempt has no trustworthy answer yet.
	Unknown bool
	// Blind tells that an unknown outcome cannot be found out, neither by asking nor by
	// repeating what does no harm twice.
	Blind bool
	// Rest is that of the End if the item ends without an attempt.
	Rest time.Time
	// Held tells that somebody else performs the item; its chain waits.
	Held bool
	// After holds the Seqs of earlier items of the lane, of whatever chains, that must have ended before it begins.
	After []int64
	// Limits are charged before the attempt begins.
	Limits []Limit
	// Value is the work's own.
	Value T
}

// Class is what the end of an attempt means for its item and its lane. Each work maps the ends
// that it knows to these.
type Class string

// The classes.
const (
	// Done: it took effect.
	Done Class = "done"
	// Refused: it did not take effect and never will.
	Refused Class = "refused"
	// Later: it certainly did not take effect and is worth another try.
	Later Class = "later"
	// Throttled: it did not take effect, and the lane was told to wait.
	Throttled Class = "throttled"
	// Barred: nothing of the lane can take effect until somebody mends what is wrong with it.
	Barred Class = "barred"
	// Unknown: it may have taken effect.
	Unknown Class = "unknown"
	// Broken: the work panicked; nothing was found out. It is not worth another try, except by a
	// schedule, which is for what does no harm twice.
	Broken Class = "broken"
)

// End is the end of one attempt.
type End struct {
	Class Class
	// RetryAfter is how long to wait as the other side asked; zero if it did not.
	RetryAfter time.Duration
	// Waits is how long the work itself wants the item to wait for its next attempt, as where it
	// is too early for a look-up to prove anything; zero if it does not. Such an attempt neither
	// counts nor is a failure, except one that leaves an item unknown that is Blind.
	Waits time.Duration
	// Open tells that the outcome of an earlier attempt is still not known, because it could not
	// be looked up.
	Open bool
	// Rest is until when the chain must rest if the item ends; zero if it need not. Heads answers the
	// next item of the chain with that NotBefore, once it is settled.
	Rest time.Time
	// Unsent tells that nothing was sent to the other side, of which the end then says nothing.
	Unsent             bool
	StartedAt, EndedAt time.Time
}

// good tells whether the end speaks for the other side: what waits has its own reason.
func (e End) good() bool { return e.Class == Done || e.Waits > 0 }

// Attempt is an item with the end of its attempt and what follows. The end of an item that ends
// without an attempt has no class.
type Attempt[T any] struct {
	Item    Item[T]
	End     End
	Verdict Verdict
}
