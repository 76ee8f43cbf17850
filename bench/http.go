package main

import (
	"context"
	"path/filepath"
	"time"

	"github.com/waybill-dev/waybill/bench/gateway"
)

// overHTTP measures the whole way of a write, from its request to its webhook, beside the floor and beside
// the same stack without a store.
func overHTTP(ctx context.Context, f *field) (all []figure, err error) {
	w, err := f.plain(ctx)
	if err != nil {
		return nil, err
	}
	floor, closeFloor, err := f.floor(ctx)
	if err != nil {
		return nil, err
	}
	defer closeFloor()
	bare, err := gateway.StartBare(ctx, f.bare, filepath.Join(f.folder, "bare-run"), f.receiver, f.tsp)
	if err != nil {
		return nil, err
	}
	defer bare.Close()
	if err := f.warm(ctx, bare); err != nil {
		return nil, err
	}
	for _, way := range []struct {
		name    string
		callers int
		delay   time.Duration
		// floor and bare are the least ratios, CPU the greatest time; 0 where the design sets none.
		floor, bare, cpu float64
	}{
		{"64 callers", 64, 0, 0.65, 0.5, 0.8},
		{"16 callers", 16, 0, 0, 0, 0},
		{"64 callers, receiver of 100 ms", 64, 100 * time.Millisecond, 0, 0, 0},
	} {
		f.receiver.SetDelay(way.delay)
		var cpu, bareCPU, p50 []float64
		turns, err := f.inTurns(floor, func() (float64, error) {
			r, err := f.closed(ctx, bare, way.callers, f.span)
			bareCPU = append(bareCPU, r.CPU())
			return r.PerSecond(), err
		}, func() (float64, error) {
			r, err := f.closed(ctx, w, way.callers, f.span)
			cpu, p50 = append(cpu, r.CPU()), append(p50, r.Ended.Median())
			return r.PerSecond(), err
		})
		f.receiver.SetDelay(0)
		if err != nil {
			return nil, err
		}
		toFloor := figureOf(way.name+", operations", "/s", turns[2]).beside("floor", turns[2], turns[0])
		toBare := figureOf(way.name+", operations beside no store", "/s", turns[2]).beside("no store", turns[2], turns[1])
		used := figureOf(way.name+", CPU of an operation", "ms", cpu).beside("no store", cpu, bareCPU)
		if way.floor > 0 {
			toFloor, toBare, used = toFloor.atLeast(way.floor), toBare.atLeast(way.bare), used.atMost(way.cpu)
		}
		all = append(all, toFloor, toBare, used, figureOf(way.name+", end to end p50", "ms", p50))
	}
	return all, nil
}
