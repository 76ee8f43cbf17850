package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/bench/gateway"
)

// deepRate is how many calls a second the deep lane's account allows.
const deepRate = 50

// besideDeepLane measures how long small lanes take that are queued beside a lane with very many operations
// and a limit, what that lane gets, and the throughput of others beside it.
func besideDeepLane(ctx context.Context, f *field) ([]figure, error) {
	// All accounts have the limit; no other comes near to it.
	limits := gateway.Limits(fmt.Sprint("messages.write=", deepRate, "/s"))
	w, err := f.start(ctx, "deep", f.connections+1, "WAYBILL_TSP_SAMSARA_LIMITS="+limits)
	if err != nil {
		return nil, err
	}
	defer f.end(w)
	begun := time.Now()
	if err := f.queueOne(ctx, w); err != nil {
		return nil, err
	}
	err = putRows(ctx, w.Database(), func(db *sql.DB) error { return queue(ctx, db, w, lane{writes: f.rows}) })
	if err != nil {
		return nil, err
	}
	f.say("deep has %d queued operations", begun, f.rows)
	var took, share []float64
	for turn := range f.turns {
		small, deep, err := f.smallBesideDeep(ctx, w, turn)
		if err != nil {
			return nil, err
		}
		took, share = append(took, small), append(share, deep)
	}
	all := []figure{
		figureOf(fmt.Sprintf("%d lanes x %d writes, first call to last", f.connections, smallDepth), "s", took).atMost(0.5),
		figureOf("calls of the deep lane meanwhile and after", "/s", share).
			beside("its limit", share, repeated(deepRate, len(share))).atLeast(0.98),
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
// the last call of theirs and the rate of the deep lane's calls.
func (f *field) smallBesideDeep(ctx context.Context, w *gateway.Waybill, turn int) (took, rate float64, err error) {
	err = putRows(ctx, w.Database(), func(db *sql.DB) (err error) {
		for n := 1; n <= f.connections && err == nil; n++ {
			err = queue(ctx, db, w, lane{connection: n, writes: smallDepth, first: f.rows + turn*smallDepth})
		}
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	calls := f.watch()
	defer f.tsp.SetSeen(nil)
	if err := w.Serve(ctx); err != nil {
		return 0, 0, err
	}
	if err := calls.wait(ctx, "deep-", "deep-0", f.connections*smallDepth); err != nil {
		return 0, 0, err
	}
	time.Sleep(settled + f.span)
	first, last, _ := calls.of("deep-", "deep-0")
	return last.Sub(first).Seconds(), calls.rate("deep-0", settled), w.Process().Stop()
}

// settled is after how long of its calls a lane's rate is that of its limit: how much is saved up of that at a start is
// not known, and what is saved up is used up by then.
const settled = time.Second

func repeated(one float64, n int) (all []float64) {
	for range n {
		all = append(all, one)
	}
	return all
}
