package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/bench/gateway"
)

// manyLanes measures how long many lanes with two writes each take, and what memory the program holds with
// some active ones and with many connections.
func manyLanes(ctx context.Context, f *field) ([]figure, error) {
	some, err := f.startMany(ctx, "active", f.active)
	if err != nil {
		return nil, err
	}
	held, err := f.memory(ctx, some)
	f.end(some)
	if err != nil {
		return nil, err
	}
	all := []figure{figureOf(fmt.Sprintf("memory, %d active lanes", f.active), "MB", held).atMost(80)}
	many, err := f.manyFleets(ctx)
	if err != nil {
		return nil, err
	}
	if held, err = f.memory(ctx, many); err != nil {
		return nil, err
	}
	all = append(all, figureOf(fmt.Sprintf("memory, %d connections, all of them active", f.many), "MB", held).atMost(150))
	var took []float64
	for turn := range f.turns {
		seconds, err := f.twoEach(ctx, many, turn)
		if err != nil {
			return nil, err
		}
		took = append(took, seconds)
	}
	return append(all, figureOf(fmt.Sprintf("%d lanes x 2 writes, first call to last", f.many), "s", took).atMost(4)), nil
}

// memory is what a program holds at the end of turns with 64 callers over all of its connections.
func (f *field) memory(ctx context.Context, w *gateway.Waybill) (megabytes []float64, err error) {
	for range f.turns {
		r, err := f.closed(ctx, w, 64, f.span)
		if err != nil {
			return nil, err
		}
		megabytes = append(megabytes, float64(r.Usage.Resident)/(1<<20))
	}
	return megabytes, nil
}

// twoEach queues two writes for each connection, starts the program and returns the seconds between the
// first and the last call.
func (f *field) twoEach(ctx context.Context, w *gateway.Waybill, turn int) (float64, error) {
	if err := f.up(ctx, w); err != nil {
		return 0, err
	}
	if err := f.queueOne(ctx, w); err != nil {
		return 0, err
	}
	err := putRows(ctx, w.Database(), func(db *sql.DB) (err error) {
		for n := 0; n < f.many && err == nil; n++ {
			err = queue(ctx, db, w, lane{connection: n, writes: 2, first: turn * 2})
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	calls := f.watch()
	defer f.tsp.SetSeen(nil)
	if err := w.Serve(ctx); err != nil {
		return 0, err
	}
	if err := calls.wait(ctx, "crowd-", "", 2*f.many); err != nil {
		return 0, err
	}
	first, last, _ := calls.of("crowd-", "")
	// Time for the settles of the last calls.
	time.Sleep(time.Second)
	return last.Sub(first).Seconds(), w.Process().Stop()
}
