package dispatch

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// receiver is a lane whose other side answers after a time, and takes so many at once; more are refused.
// Reading a page and settling take their time too.
type receiver struct {
	answers, reads, settles time.Duration
	// odd is by how much each tenth answer takes longer; before is how long answers take at first.
	odd, before time.Duration
	takes       int
	// inTurn has it work on one after the other.
	inTurn bool

	begun time.Time
	// turn is held by the one that is worked on.
	turn chan struct{}

	mu                   sync.Mutex
	first, next, refused int
	done                 map[int]bool
	flying, most         int
}

// slower is from when on a receiver takes the time that it takes in the end.
const slower = 2 * time.Second

// waitingItems is how many wait at any time.
const waitingItems = 2_000

func (r *receiver) Heads(_ context.Context, q fence.Query) (Batch[string], error) {
	time.Sleep(r.reads)
	r.mu.Lock()
	defer r.mu.Unlock()
	b := Batch[string]{Parallel: 512, Streams: []fence.Stream{{Name: "event"}}, Owner: Owner{ID: uuid.UUID{1}}}
	from := r.first
	if last, err := strconv.Atoi(strings.TrimPrefix(q.After, "event/")); err == nil {
		from = max(from, last+1)
	}
	for n := from; n < r.first+waitingItems && len(b.Items) < q.Chains; n++ {
		if !r.done[n] {
			b.Items = append(b.Items, Item[string]{Seq: int64(n) + 1, Key: fmt.Sprintf("event/%09d", n)})
		}
	}
	return b, nil
}

func (r *receiver) Begin(context.Context, fence.Claim, Item[string]) error { return nil }

func (r *receiver) Perform(_ context.Context, i Item[string]) End {
	if i.Seq%10 == 0 {
		time.Sleep(r.odd)
	}
	r.mu.Lock()
	r.flying++
	r.most = max(r.most, r.flying)
	over := r.takes > 0 && r.flying > r.takes
	r.mu.Unlock()
	switch {
	case over:
		time.Sleep(5 * time.Millisecond)
	case time.Since(r.begun) < slower:
		time.Sleep(cmp.Or(r.before, r.answers))
	case r.inTurn:
		r.turn <- struct{}{}
		time.Sleep(r.answers)
		<-r.turn
	default:
		time.Sleep(r.answers)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flying--
	if over {
		r.refused++
		return End{Class: Later}
	}
	return End{Class: Done}
}

func (r *receiver) Settle(_ context.Context, _ fence.Claim, a Attempt[string]) error {
	time.Sleep(r.settles)
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.Verdict.Fate == Succeeds {
		r.done[int(a.Item.Seq)-1] = true
		for ; r.done[r.first]; r.first++ {
			delete(r.done, r.first)
		}
		r.next++
	}
	return nil
}

func (r *receiver) Waiting(context.Context) ([]fence.Lane, error) { return nil, nil }

// rate runs the receiver's lane and returns how many were delivered a second once it had a while, which is as
// much longer as its answers take.
func (r *receiver) rate(t *testing.T) int {
	t.Helper()
	r.done, r.begun, r.turn = map[int]bool{}, time.Now(), make(chan struct{}, 1)
	source := NewInProcess(time.Now)
	f := NewFloor(FloorConfig{Places: 512, First: 1, Least: 1, Most: 256, Quickly: time.Second, Now: time.Now,
		Activate: func(l fence.Lane) { source.Activate(l, time.Now()) }})
	source.Activate(laneNumber(1), time.Now())
	before, settled, counted := 0, 6*time.Second, time.Second
	if r.answers > 200*time.Millisecond {
		settled, counted = 30*time.Second, 10*time.Second
	}
	time.AfterFunc(settled, func() { r.mu.Lock(); before, r.most = r.next, 0; r.mu.Unlock() })
	k := KindOf[string](r, Policy{Base: time.Second, Cap: time.Minute}).On(f)
	runKind(t, source, fence.Receivers, k, settled+counted)
	return (r.next - before) / int(counted/time.Second)
}

func TestAReceiverGetsAsManyAtOnceAsItAnswersWell(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		r    *receiver
		// at least so many a second are delivered, and at most so many are in flight.
		least, most int
	}{
		{"it takes a tenth of a second", &receiver{answers: 100 * time.Millisecond}, 2_000, 256},
		{"and the store is slow", &receiver{answers: 100 * time.Millisecond, reads: 4 * time.Millisecond,
			settles: 50 * time.Millisecond}, 1_200, 256},
		{"it takes half a second", &receiver{answers: 500 * time.Millisecond, reads: 2 * time.Millisecond}, 400, 256},
		{"it takes most of a second", &receiver{answers: 900 * time.Millisecond, odd: 300 * time.Millisecond}, 200, 256},
		{"it takes twenty at once", &receiver{answers: 100 * time.Millisecond, takes: 20}, 120, 40},
		{"it takes longer than it did", &receiver{before: 2 * time.Millisecond, answers: 100 * time.Millisecond}, 2_000, 256},
		{"it takes one at a time", &receiver{before: 10 * time.Millisecond, answers: 10 * time.Millisecond, inTurn: true}, 80, 16},
	} {
		synctest.Test(t, func(t *testing.T) {
			got := c.r.rate(t)
			t.Log(c.name, got, c.r.refused, c.r.most)
			if got < c.least || c.r.most > c.most || c.r.takes > 0 && c.r.refused > got {
				t.Errorf("%s: %d a second, %d in flight, %d were refused", c.name, got, c.r.most, c.r.refused)
			}
		})
	}
}
