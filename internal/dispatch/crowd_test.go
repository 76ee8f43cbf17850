package dispatch

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// crowd is receivers of two owners, each with one delivery; those of the first owner hang.
type crowd struct {
	mu   sync.Mutex
	done map[fence.Lane]time.Time
}

// lastLane is the second owner's.
var lastLane = fence.Lane{Kind: fence.Receivers, ID: uuid.UUID{0xff, 0xff}}

func (c *crowd) Heads(_ context.Context, q fence.Query) (Batch[string], error) {
	time.Sleep(time.Millisecond)
	c.mu.Lock()
	defer c.mu.Unlock()
	b := Batch[string]{Parallel: 4, Owner: ownerOf(1)}
	if q.Lane == lastLane {
		b.Owner = ownerOf(2)
	}
	seq := int64(q.Lane.ID[0])<<8 + int64(q.Lane.ID[1])
	if _, done := c.done[q.Lane]; !done && q.After == "" {
		b.Items = []Item[string]{{Seq: seq, Key: "a"}}
	}
	return b, nil
}

func (c *crowd) Begin(context.Context, fence.Claim, Item[string]) error { return nil }

func (c *crowd) Perform(_ context.Context, i Item[string]) End {
	if i.Seq != 0xffff {
		time.Sleep(3 * time.Second)
	}
	return End{Class: Done, StartedAt: time.Now(), EndedAt: time.Now()}
}

func (c *crowd) Settle(_ context.Context, claim fence.Claim, _ Attempt[string]) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done[claim.Lane] = time.Now()
	return nil
}

func (c *crowd) Waiting(context.Context) ([]fence.Lane, error) { return nil, nil }

func TestABurstOfOneOwnersReceiversDelaysNoOthers(t *testing.T) {
	t.Parallel()
	for _, burst := range []int{1_000, 6_000} {
		synctest.Test(t, func(t *testing.T) {
			source, c := NewInProcess(time.Now), &crowd{done: map[fence.Lane]time.Time{}}
			f := newFloor(512, func(l fence.Lane) { source.Activate(l, time.Now()) })
			for n := range burst {
				source.Activate(laneNumber(n), time.Now())
			}
			time.Sleep(time.Millisecond)
			begun := time.Now()
			source.Activate(lastLane, begun)
			kind := KindOf[string](c, Policy{Base: time.Second, Cap: time.Minute}).On(f)
			runKind(t, source, fence.Receivers, kind, 2*time.Minute)
			at, ok := c.done[lastLane]
			if !ok || at.Sub(begun) > 100*time.Millisecond {
				t.Errorf("behind %d: delivered %v after %v", burst, ok, at.Sub(begun))
			}
			if len(c.done) != burst+1 {
				t.Errorf("%d of %d were delivered", len(c.done), burst+1)
			}
		})
	}
}
