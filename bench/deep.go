package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/bench/gateway"
)

// deepRate is how many calls a second the deep lane's account allows.
const deepRate = 50

// besideDeepLane measures how long small lanes take that are queued beside a lane with very many operations
// and a limit, what that lane gets, and the throughput of others beside it.
func besideDeepLane(ctx context.Context, f *field) ([]Figure, error) {
	// All accounts have the limit; no other comes near to it.
	w, err := f.start(ctx, "deep", f.connections+1, "WAYBILL_TSP_SAMSARA_LIMITS="+gateway.Limits(fmt.Sprint("messages.write=", deepRate, "/s")))
	if err != nil {
		return nil, err
	}
	defer f.end(w)
	begun := time.Now()
	if err := f.queueOne(ctx, w); err != nil {
		return nil, err
	}
	db, err := openRows(w.Database())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := queue(ctx, db, w, lane{connection: 0, writes: f.rows}); err != nil {
		return nil, err
	}
	fmt.Fprintf(f.out, "  deep has %d queued operations after %s\n", f.rows, time.Since(begun).Round(time.Second))
	var took, share []float64
	for turn := range f.turns {
		small, deep, err := f.smallBesideDeep(ctx, w, db, turn)
		if err != nil {
			return nil, err
		}
		took, share = append(took, small), append(share, deep)
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	all := []Figure{
		figure(fmt.Sprintf("%d lanes x %d writes, first call to last", f.connections, smallDepth), "s", took).atMost(0.5),
		figure("calls of the deep lane meanwhile and after", "/s", share).beside("its limit", share, repeated(deepRate, len(share))).atLeast(0.98),
	}
	few, err := f.plain(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.Serve(ctx); err != nil {
		return nil, err
	}
	others := gateway.Part{Waybill: w, From: 1, To: f.connections + 1}
	if err := f.warm(ctx, others); err != nil {
		return nil, err
	}
	beside, err := f.throughput(ctx, "with a lane of many queued writes", few, others)
	return append(all, beside...), err
}

// smallDepth is how many writes each small lane has.
const smallDepth = 5

// smallBesideDeep queues the small lanes, starts the program, and returns the seconds between the first and
// the last call of theirs and the calls a second of the deep lane.
func (f *field) smallBesideDeep(ctx context.Context, w *gateway.Waybill, db *sql.DB, turn int) (seconds, perSecond float64, err error) {
	for n := 1; n <= f.connections; n++ {
		if err := queue(ctx, db, w, lane{connection: n, writes: smallDepth, first: f.rows + turn*smallDepth}); err != nil {
			return 0, 0, err
		}
	}
	calls := f.watch()
	defer f.tsp.SetSeen(nil)
	if err := w.Serve(ctx); err != nil {
		return 0, 0, err
	}
	if err := calls.wait(ctx, "deep-", "deep-0", f.connections*smallDepth); err != nil {
		return 0, 0, err
	}
	time.Sleep(f.span)
	first, last, _ := calls.of("deep-", "deep-0")
	deepFirst, deepLast, n := calls.of("deep-0", "")
	err = w.Process().Stop()
	// What was saved up at the start is no rate.
	return last.Sub(first).Seconds(), (float64(n) - savedUp) / deepLast.Sub(deepFirst).Seconds(), err
}

// savedUp is how many calls Samsara's limit of messages lets be made at once.
const savedUp = 10

func repeated(one float64, n int) (all []float64) {
	for range n {
		all = append(all, one)
	}
	return all
}

// queueOne leaves one operation queued in the store of a gateway, which is killed, behind one that hung.
func (f *field) queueOne(ctx context.Context, w *gateway.Waybill) error {
	f.tsp.SetHanging(func(token string) bool { return strings.HasSuffix(token, "-0") })
	defer f.tsp.SetHanging(nil)
	for range 2 {
		request, err := w.Request(ctx, 0, "queued")
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		_ = answer.Body.Close()
	}
	return w.Process().Kill()
}

// lane is what is to be queued for one connection.
type lane struct {
	connection, writes, first int
}

// chains is how many orders a deep lane keeps.
const chains = 10_000

// queue copies the operation that is queued.
func queue(ctx context.Context, db *sql.DB, w *gateway.Waybill, l lane) error {
	connection := strings.ReplaceAll(w.Connection(l.connection), "-", "")
	return copies{table: "operation", of: "WHERE t.state = 'queued'", first: l.first, anew: map[string]string{
		"seq": "", "id": fmt.Sprintf("unhex(printf('%%012x7%%03x8%%03x%%012x', 1577836800000 + i * 1000, %d, i %% 4096, i))", l.connection%4096),
		"connection": "x'" + connection + "'", "fleet": fmt.Sprintf("(SELECT fleet FROM connection WHERE id = x'%s')", connection),
		"order_key": fmt.Sprintf("t.order_key || '-' || (i %% %d)", chains),
	}}.make(ctx, db, l.writes)
}

// calls are those that the TSP was made, by account.
type calls struct {
	mu sync.Mutex
	at map[string][]time.Time
}

// watch notes calls from then on.
func (f *field) watch() *calls {
	c := &calls{at: map[string][]time.Time{}}
	f.tsp.SetSeen(func(token string, at time.Time) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.at[token] = append(c.at[token], at)
	})
	return c
}

// of returns when the first and the last call were made by accounts whose names begin so, but one.
func (c *calls) of(begins, but string) (first, last time.Time, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for account, all := range c.at {
		if !strings.HasPrefix(account, begins) || account == but {
			continue
		}
		n += len(all)
		for _, at := range all {
			if first.IsZero() || at.Before(first) {
				first = at
			}
			if at.After(last) {
				last = at
			}
		}
	}
	return first, last, n
}

// wait waits for so many calls.
func (c *calls) wait(ctx context.Context, begins, but string, n int) error {
	patience := time.After(time.Minute)
	for {
		_, _, made := c.of(begins, but)
		if made >= n {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-patience:
			return fmt.Errorf("%d of %d queued writes were made in a minute", made, n)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
