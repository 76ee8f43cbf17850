package main

import (
	"context"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/bench/gateway"
)

// fewFleets is how many the partner has whose connecting is the measure.
const fewFleets = 10

// withFleets measures the throughput of a partner with many fleets beside that of one with few, and how long
// it takes to make a connection.
func withFleets(ctx context.Context, f *field) ([]figure, error) {
	plain, err := f.plain(ctx)
	if err != nil {
		return nil, err
	}
	few, err := f.start(ctx, "few", fewFleets)
	if err != nil {
		return nil, err
	}
	defer f.end(few)
	many, err := f.manyFleets(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.up(ctx, many); err != nil {
		return nil, err
	}
	turn := 0
	turns, err := f.inTurns(
		func() (float64, error) { turn++; return connecting(ctx, few, fewFleets+turn*connectingTimes) },
		func() (float64, error) { return connecting(ctx, many, f.many+turn*connectingTimes) })
	if err != nil {
		return nil, err
	}
	all := []figure{
		figureOf(fmt.Sprintf("POST /connections, %d fleets", fewFleets), "ms", turns[0]),
		figureOf(fmt.Sprintf("POST /connections, %d fleets", f.many), "ms", turns[1]).
			beside("few", turns[1], turns[0]).ratioAtMost(1.1),
	}
	part := gateway.Part{Waybill: many, To: min(f.connections, f.many)}
	through, err := f.throughput(ctx, fmt.Sprintf("%d fleets", f.many), plain, part)
	return append(all, through...), err
}

// connectingTimes is how many connections one turn makes.
const connectingTimes = 20

// connecting makes connections one after the other and returns how long one takes, in milliseconds.
func connecting(ctx context.Context, w *gateway.Waybill, from int) (float64, error) {
	begun := time.Now()
	for n := range connectingTimes {
		if _, err := w.Connect(ctx, from+n); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(begun).Microseconds()) / 1000 / connectingTimes, nil
}

// up starts a program that another scenario has left ended.
func (f *field) up(ctx context.Context, w *gateway.Waybill) error {
	select {
	case <-w.Process().Ended():
		return w.Serve(ctx)
	default:
		return nil
	}
}
