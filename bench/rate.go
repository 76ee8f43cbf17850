package main

import (
	"context"

	"github.com/waybill-dev/waybill/bench/gateway"
	"github.com/waybill-dev/waybill/bench/measure"
)

// perSecond is the rate of the design's figures.
const perSecond = 200

// atRateTurns are latencies of turns at a rate, in milliseconds.
type atRateTurns struct{ accept50, accept99, end50, end99 []float64 }

// take measures one turn.
func (t *atRateTurns) take(ctx context.Context, f *field, g gateway.Gateway) error {
	r, err := f.atRate(ctx, g, perSecond)
	t.accept50, t.accept99 = append(t.accept50, r.Accepted.Median()), append(t.accept99, r.Accepted.At(0.99))
	t.end50, t.end99 = append(t.end50, r.Ended.Median()), append(t.end99, r.Ended.At(0.99))
	return err
}

// figures are those with the design's goals, beside clean turns if there are any.
func (t *atRateTurns) figures(name string, clean *atRateTurns) []figure {
	all := []figure{
		figureOf("accept p50, "+name, "ms", t.accept50).atMost(3),
		figureOf("accept p99, "+name, "ms", t.accept99).atMost(15),
		figureOf("end to end p50, "+name, "ms", t.end50).atMost(10),
		figureOf("end to end p99, "+name, "ms", t.end99).atMost(40),
	}
	if clean == nil {
		return all
	}
	own := [][]float64{t.accept50, t.accept99, t.end50, t.end99}
	others := [][]float64{clean.accept50, clean.accept99, clean.end50, clean.end99}
	for i := range all {
		all[i] = all[i].beside("clean", own[i], others[i])
	}
	return all
}

// atRate measures 200 writes a second, alone and while another program keeps one core busy.
func atRate(ctx context.Context, f *field) ([]figure, error) {
	w, err := f.plain(ctx)
	if err != nil {
		return nil, err
	}
	var clean atRateTurns
	for range f.turns {
		if err := clean.take(ctx, f, w); err != nil {
			return nil, err
		}
	}
	var calm, busy atRateTurns
	for range f.turns {
		if err := calm.take(ctx, f, w); err != nil {
			return nil, err
		}
		err := beside(ctx, func() error { return busy.take(ctx, f, w) })
		if err != nil {
			return nil, err
		}
	}
	late := busy.figures("one core busy elsewhere", &calm)
	for i := range late {
		late[i].Goal, late[i].Met = "", false
	}
	late[2] = late[2].atMost(50)
	return append(clean.figures("clean", nil), late...), nil
}

// beside does something while a program that only counts keeps one core busy.
func beside(ctx context.Context, do func() error) error {
	spinning, err := measure.Start(ctx, "/bin/sh", nil, "-c", "while :; do :; done")
	if err != nil {
		return err
	}
	defer func() { _ = spinning.Kill() }()
	return do()
}
