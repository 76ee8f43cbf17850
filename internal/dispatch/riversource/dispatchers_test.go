//go:build unix

package riversource_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/fence"
)

// shelf is lanes of items in a store that keeps to its contract: what a claim settles that is not the last
// one is refused.
type shelf struct {
	mu     sync.Mutex
	items  int
	next   map[fence.Lane]int64
	epochs map[fence.Lane]int64
	// calls are those of each item, by their replicas.
	calls map[fence.Lane]map[int64][]int
}

// hand works on a shelf for one replica, and reaches it no more when it is gone.
type hand struct {
	*shelf
	replica int
	gone    *atomic.Bool
}

var errGone = errors.New("the store cannot be reached")

func (h hand) Heads(_ context.Context, q fence.Query) (dispatch.Batch[fence.Lane], error) {
	if h.gone.Load() {
		return dispatch.Batch[fence.Lane]{}, errGone
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	b := dispatch.Batch[fence.Lane]{Parallel: 1}
	if after, before := q.Bounds(); "chain" <= after || "chain" >= before {
		return b, nil
	}
	for seq := h.next[q.Lane]; seq < int64(h.items) && len(b.Items) < q.Depth; seq++ {
		b.Items = append(b.Items, dispatch.Item[fence.Lane]{Seq: seq, Key: "chain", Value: q.Lane})
	}
	return b, nil
}

func (h hand) Begin(_ context.Context, c fence.Claim, _ dispatch.Item[fence.Lane]) error {
	if h.gone.Load() {
		return errGone
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.Epoch < h.epochs[c.Lane] {
		return fence.ErrOvertaken
	}
	h.epochs[c.Lane] = c.Epoch
	return nil
}

func (h hand) Perform(_ context.Context, item dispatch.Item[fence.Lane]) dispatch.End {
	h.mu.Lock()
	if h.calls[item.Value] == nil {
		h.calls[item.Value] = map[int64][]int{}
	}
	h.calls[item.Value][item.Seq] = append(h.calls[item.Value][item.Seq], h.replica)
	h.mu.Unlock()
	time.Sleep(20 * time.Millisecond)
	return dispatch.End{Class: dispatch.Done}
}

func (h hand) Settle(ctx context.Context, c fence.Claim, a dispatch.Attempt[fence.Lane]) error {
	if err := h.Begin(ctx, c, a.Item); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.next[c.Lane] != a.Item.Seq {
		return fence.ErrOvertaken
	}
	h.next[c.Lane]++
	return nil
}

func (h hand) Waiting(context.Context) (lanes []fence.Lane, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l, n := range h.next {
		if n < int64(h.items) {
			lanes = append(lanes, l)
		}
	}
	return lanes, nil
}

// left is how many items have not ended.
func (h *shelf) left() (n int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, next := range h.next {
		n += int64(h.items) - next
	}
	return n
}

func TestDispatchersThatShareLanesEndEachItemThoughOneDies(t *testing.T) {
	t.Parallel()
	url, l := database(t), newLine()
	const lanes = 30
	s := &shelf{items: 60, next: map[fence.Lane]int64{}, epochs: map[fence.Lane]int64{},
		calls: map[fence.Lane]map[int64][]int{}}
	for n := range lanes {
		s.next[lane(n)] = 0
	}
	var all sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	defer func() { cancel(); all.Wait() }()
	gone := [3]atomic.Bool{}
	var sources []*riversource.Source
	for i := range 3 {
		through := func(*riversource.Config) {}
		if i == 0 {
			through = l.through(t)
		}
		sources = append(sources, replica(t, url, through))
	}
	together(t, sources...)
	for i, source := range sources {
		group := func(_ context.Context, id uuid.UUID) (string, error) { return fmt.Sprint("group", id[15]%3), nil }
		kind := dispatch.KindOf(hand{s, i, &gone[i]}, dispatch.Policy{}).By(group)
		d := dispatch.New(dispatch.Config{Source: source, Kinds: map[string]dispatch.Kind{fence.Connections: kind},
			Now: time.Now, Grace: time.Second,
			Budget: dispatch.NewBudget(time.Now, map[string]time.Time{}).Among(source), Log: slog.New(slog.DiscardHandler)})
		all.Go(func() { _ = d.Run(ctx) })
	}
	eventually(t, "a third has ended", func() bool { return s.left() < lanes*int64(s.items)*2/3 })
	gone[0].Store(true)
	l.sever()
	eventually(t, "all items have ended", func() bool { return s.left() == 0 })
	s.mu.Lock()
	defer s.mu.Unlock()
	by := [3]int{}
	for of, items := range s.calls {
		for seq, calls := range items {
			by[calls[0]]++
			// What the dead one had begun has no end, and is begun once more.
			if len(calls) > 2 || len(calls) == 2 && calls[0] != 0 {
				t.Errorf("item %d of %v was performed by %v", seq, of.ID, calls)
			}
		}
	}
	t.Log("performed by each:", by)
	for i, n := range by {
		if n == 0 {
			t.Errorf("replica %d has performed nothing", i)
		}
	}
}
