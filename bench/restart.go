package main

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/bench/gateway"
)

// restarting measures how long Waybill takes from its start until it answers, with many finished operations
// beside with few, after an orderly stop and after a kill.
func restarting(ctx context.Context, f *field) ([]figure, error) {
	few, err := f.plain(ctx)
	if err != nil {
		return nil, err
	}
	many, err := f.history(ctx)
	if err != nil {
		return nil, err
	}
	turns, err := f.inTurns(
		func() (float64, error) { return again(ctx, few, few.Process().Stop) },
		func() (float64, error) { return again(ctx, many, many.Process().Stop) },
		func() (float64, error) { return again(ctx, many, many.Process().Kill) })
	if err != nil {
		return nil, err
	}
	return []figure{
		figureOf("start to first answer, few operations", "s", turns[0]),
		figureOf("start to first answer, many finished ones", "s", turns[1]).beside("few", turns[1], turns[0]).atMost(1),
		figureOf("the same after a kill", "s", turns[2]).beside("few", turns[2], turns[0]).atMost(1),
	}, nil
}

// again ends a program and starts it anew.
func again(ctx context.Context, w *gateway.Waybill, end func() error) (float64, error) {
	if err := end(); err != nil {
		return 0, err
	}
	begun := time.Now()
	err := w.Serve(ctx)
	return time.Since(begun).Seconds(), err
}

// withFinished measures the throughput with many finished operations beside that with few.
func withFinished(ctx context.Context, f *field) ([]figure, error) {
	few, err := f.plain(ctx)
	if err != nil {
		return nil, err
	}
	many, err := f.history(ctx)
	if err != nil {
		return nil, err
	}
	return f.throughput(ctx, "with many finished operations", few, many)
}

// sameThroughput is the least ratio of throughput with much of something to that with little.
const sameThroughput = 0.9

// throughput measures that of one gateway beside that of another.
func (f *field) throughput(ctx context.Context, what string, clean, full gateway.Gateway) ([]figure, error) {
	one := func(g gateway.Gateway) func() (float64, error) {
		return func() (float64, error) {
			r, err := f.closed(ctx, g, 64, f.span)
			return r.PerSecond(), err
		}
	}
	turns, err := f.inTurns(one(clean), one(full))
	if err != nil {
		return nil, err
	}
	return []figure{figureOf("operations, 64 callers, "+what, "/s", turns[1]).
		beside("without", turns[1], turns[0]).atLeast(sameThroughput)}, nil
}
