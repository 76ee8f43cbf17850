package dispatch

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// lane is a lane's work in memory: items and how their attempts end, one end per attempt.
type lane struct {
	mu     sync.Mutex
	items  []Item[string]
	ends   map[int64][]End
	log    []int64 // the Seq of each attempt, in order
	at     []time.Time
	flying int
	most   int
	took   time.Duration
	closed time.Time
	slots  int
	hangs  int64 // the Seq of an item whose attempts take an hour
	// barred lets all attempts end so.
	barred bool
	// reads is how long a page takes, and fails what reading ends with.
	reads time.Duration
	fails error
	// waits is what of reads is no reading.
	waits time.Duration
	kind  string
	// breaks is told of each call before it does anything, and may panic.
	breaks func(call string, seq int64)
	// without lists what ended without an attempt, with the reason.
	without map[int64]Reason
	// settles answers settlings before they count; nil for all to succeed.
	settles func(Attempt[string]) error
	settled int
	// queries counts what was read.
	queries []fence.Query
	claims  []fence.Claim
}

func (l *lane) Heads(_ context.Context, q fence.Query) (Batch[string], error) {
	time.Sleep(l.reads)
	l.tell("Heads", 0)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queries = append(l.queries, q)
	if l.fails != nil {
		return Batch[string]{}, l.fails
	}
	after, before := q.Bounds()
	var all []*Item[string]
	for i := range l.items {
		if it := &l.items[i]; it.Key > after && it.Key < before {
			all = append(all, it)
		}
	}
	slices.SortFunc(all, func(a, b *Item[string]) int { return cmp.Or(strings.Compare(a.Key, b.Key), cmp.Compare(a.Seq, b.Seq)) })
	b := Batch[string]{Parallel: 4, Waited: l.waits}
	if time.Now().Before(l.closed) {
		b.Closed = l.closed
	}
	wanted := map[string]bool{}
	for _, it := range l.items {
		wanted[it.Key] = wanted[it.Key] || it.Share == q.Stream.Share
	}
	chains, of, key := 0, 0, ""
	for _, it := range all {
		if q.Stream.Share != "" && !wanted[it.Key] {
			continue
		}
		if it.Key != key {
			chains, of, key = chains+1, 0, it.Key
		}
		if chains > q.Chains {
			break
		}
		if of++; of <= q.Depth {
			b.Items = append(b.Items, l.standing(*it))
		}
	}
	if chains >= q.Chains {
		for _, it := range l.items {
			if s := (fence.Stream{Name: streamOf(it.Key), Share: it.Share}); !slices.Contains(b.Streams, s) {
				b.Streams = append(b.Streams, s)
			}
		}
	}
	return b, nil
}

// standing is an item with what of those that it waits for is there yet.
func (l *lane) standing(it Item[string]) Item[string] {
	it.After = slices.DeleteFunc(slices.Clone(it.After), func(seq int64) bool {
		return !slices.ContainsFunc(l.items, func(other Item[string]) bool { return other.Seq == seq })
	})
	return it
}

// tell tells whoever breaks calls.
func (l *lane) tell(call string, seq int64) {
	if l.breaks != nil {
		l.breaks(call, seq)
	}
}

func (l *lane) Begin(_ context.Context, _ fence.Claim, item Item[string]) error {
	l.tell("Begin", item.Seq)
	return nil
}

func (l *lane) Perform(ctx context.Context, item Item[string]) End {
	l.tell("Perform", item.Seq)
	l.mu.Lock()
	l.log, l.at = append(l.log, item.Seq), append(l.at, time.Now())
	l.flying++
	l.most = max(l.most, l.flying)
	end := End{Class: Done}
	if ends := l.ends[item.Seq]; len(ends) > 0 {
		end, l.ends[item.Seq] = ends[0], ends[1:]
	}
	if l.barred {
		end = End{Class: Barred}
	}
	took := l.took
	l.mu.Unlock()
	if item.Seq == l.hangs {
		took = time.Hour
	}
	select {
	case <-ctx.Done():
	case <-time.After(took):
	}
	l.mu.Lock()
	l.flying--
	l.mu.Unlock()
	return end
}

func (l *lane) Settle(_ context.Context, claim fence.Claim, a Attempt[string]) error {
	l.tell("Settle", a.Item.Seq)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settled++
	l.claims = append(l.claims, claim)
	if l.settles != nil {
		if err := l.settles(a); err != nil {
			return err
		}
	}
	i := slices.IndexFunc(l.items, func(it Item[string]) bool { return it.Seq == a.Item.Seq && it.Key == a.Item.Key })
	if i < 0 {
		return fence.ErrOvertaken
	}
	if v := a.Verdict; v.Fate == Retries || v.Fate == Asks {
		l.items[i].NotBefore, l.items[i].Unknown = v.At, v.Fate == Asks
		if v.Grows {
			l.items[i].Streak++
		}
		return nil
	}
	if a.End.Class == "" {
		if l.without == nil {
			l.without = map[int64]Reason{}
		}
		l.without[a.Item.Seq] = a.Verdict.Reason
	}
	l.items = slices.Delete(l.items, i, i+1)
	return nil
}

func (l *lane) Waiting(context.Context) ([]fence.Lane, error) {
	l.tell("Waiting", 0)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.items) == 0 {
		return nil, nil
	}
	return []fence.Lane{l.lane()}, nil
}

// add puts an item behind the others, as an accepted write is.
func (l *lane) add(items ...Item[string]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = append(l.items, items...)
}

// counts tells, while the lane runs, how many attempts and settlings there were and what ended
// without an attempt.
func (l *lane) counts() (attempts, settled int, without map[int64]Reason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.log), l.settled, maps.Clone(l.without)
}

// performed tells when each item was performed first.
func (l *lane) performed(seq int64) (time.Time, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.log, seq)
	if i < 0 {
		return time.Time{}, false
	}
	return l.at[i], true
}

// change does something to the lane while it runs.
func (l *lane) change(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do()
}

// lane is which lane this is; there is one of a kind.
func (l *lane) lane() fence.Lane {
	return fence.Lane{Kind: cmp.Or(l.kind, fence.Connections), ID: uuid.UUID{1}}
}

var theLane = fence.Lane{Kind: fence.Connections, ID: uuid.UUID{1}}

// start runs a dispatcher over lanes; what it returns stops it and waits for its end.
func start(t *testing.T, source Source, lanes ...*lane) (stop func()) {
	t.Helper()
	return startLogged(t, source, slog.New(slog.DiscardHandler), lanes...)
}

func startLogged(t *testing.T, source Source, log *slog.Logger, lanes ...*lane) (stop func()) {
	t.Helper()
	kinds := map[string]Kind{}
	for _, l := range lanes {
		kinds[l.lane().Kind] = KindOf[string](l, Policy{Base: time.Second, Cap: time.Minute, MaxCounted: 3})
	}
	return startKinds(t, Config{Source: source, MaxLanes: lanes[0].slots, Kinds: kinds, Log: log})
}

func startKinds(t *testing.T, c Config) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c.Now = time.Now
	if c.Budget == nil {
		c.Budget = NewBudget(time.Now, map[string]time.Time{})
	}
	d := New(c)
	done := make(chan error)
	go func() { done <- d.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// runFor runs a dispatcher over the lane for some virtual time.
func runFor(t *testing.T, l *lane, d time.Duration) {
	t.Helper()
	stop := start(t, NewInProcess(time.Now), l)
	time.Sleep(d)
	stop()
}

// runKind runs a dispatcher over lanes of one kind for some virtual time.
func runKind(t *testing.T, source Source, kind string, k Kind, d time.Duration) {
	t.Helper()
	stop := startKinds(t, Config{Source: source, Kinds: map[string]Kind{kind: k}, Log: slog.New(slog.DiscardHandler)})
	time.Sleep(d)
	stop()
}
