// Package dispatch runs lanes: ordered queues that share a rate budget. It knows when
// something may run and what the end of an attempt means for what comes next; what runs is
// plugged in as Work. Waiting is a decision of a lane's runner in memory and writes nothing.
package dispatch

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Work is what runs in the lanes of one kind.
type Work interface {
	// Heads returns up to n waiting items of a lane with Seq > after, in order.
	Heads(ctx context.Context, lane fence.Lane, after int64, n int) (Batch, error)
	// Begin records that a call begins whose repetition could harm (T2).
	Begin(ctx context.Context, item Item) error
	// Perform makes one attempt. It never returns before the attempt has ended.
	Perform(ctx context.Context, item Item) End
	// Settle records the end of the attempt in one transaction (T3) and returns the item as it
	// stands now.
	Settle(ctx context.Context, item Item, end End, v Verdict) (Item, error)
	// Waiting lists the lanes that hold unfinished items; its cost must follow the number of
	// lanes and not of items.
	Waiting(ctx context.Context) ([]fence.Lane, error)
}

// Batch is what Heads returns.
type Batch struct {
	Items []Item
	// Parallel bounds the attempts of the lane in flight.
	Parallel int
	// Closed, if set, says that the lane takes no new attempts before then; the items are only
	// those that must end without one.
	Closed time.Time
}

// Item is one waiting thing of a lane.
type Item struct {
	Seq int64
	// Key chains items: one runs only after all earlier ones of its key have ended.
	Key string
	// NotBefore is when the next attempt may begin.
	NotBefore time.Time
	// Deadline is when the item fails without another attempt; zero for never.
	Deadline time.Time
	// Counted and Streak count the attempts that count and those that failed in a row.
	Counted, Streak int
	// Unknown tells that an earlier attempt has no trustworthy answer yet.
	Unknown  bool
	Strength tsp.Strength
	// Held tells that somebody else performs the item; it only blocks its key.
	Held bool
	// Limits are charged before the attempt begins.
	Limits []Limit
	// Value is the work's own.
	Value any
}

// End is the end of one attempt.
type End struct {
	Class      tsp.Class
	RetryAfter time.Duration
	// Open tells that a look-up failed and the outcome of the earlier attempt is still unknown.
	Open bool
	// Expired tells that the item's deadline passed and no attempt was made.
	Expired            bool
	StartedAt, EndedAt time.Time
	// Value is the work's own.
	Value any
}
