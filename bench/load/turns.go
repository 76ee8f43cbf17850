package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/bench/callers"
	"github.com/waybill-dev/waybill/bench/gateway"
	"github.com/waybill-dev/waybill/bench/measure"
)

// environ are the variables of one binary.
func (o options) environ(binary int) (all []string, err error) {
	for _, one := range o.Env {
		before, after, ok := strings.Cut(one, ":")
		number, notOne := strconv.Atoi(before)
		switch {
		case !ok || notOne != nil:
			all = append(all, one)
		case number < 1 || number > len(o.Binary):
			return nil, fmt.Errorf("--env %s is for a binary that is not there; there are %d", one, len(o.Binary))
		case number == binary+1:
			all = append(all, after)
		}
	}
	return all, nil
}

// number is what an option such as 2:3 says of one binary; 0 if nothing.
func (o options) number(all []string, binary int) (of int, err error) {
	for _, one := range all {
		before, after, _ := strings.Cut(one, ":")
		which, notOne := strconv.Atoi(before)
		what, notOther := strconv.Atoi(after)
		if notOne != nil || notOther != nil || which < 1 || which > len(o.Binary) {
			return 0, fmt.Errorf("%q is to be the number of a binary, of which there are %d, a colon and a number", one, len(o.Binary))
		}
		if which == binary+1 {
			of = what
		}
	}
	return of, nil
}

// turn is what one gateway did in one turn.
type turn struct {
	callers.Result
	wal, commits int64
}

// measure puts all gateways under load in turns and prints each turn, and at the end each one's figures
// and their ratio to those of the first.
func (o options) measure(ctx context.Context, out io.Writer, team *callers.Team, all []gateway.Gateway) error {
	load := callers.Load{Callers: o.Callers, Rate: o.Rate, Flood: o.Flood, Duration: o.Duration, Patience: o.Patience}
	if warm := load; o.Warmup > 0 {
		warm.Duration, warm.Flood = o.Warmup, false
		for _, g := range all {
			if r, err := team.Put(ctx, g, warm); err != nil || r.Err() != nil {
				fmt.Fprintf(out, "warming up %s: %v %v\n", g.Name(), err, r.Err())
			}
		}
	}
	for i, g := range all {
		fmt.Fprintf(out, "%c = %s\n", 'A'+i, g.Name())
	}
	fmt.Fprintf(out, "%s, %d connections, %d turns of %s, receiver %s, TSP %s\n\n",
		o.what(), o.Connections, o.Turns, o.Duration, o.ReceiverDelay, o.TSPDelay)
	fmt.Fprintf(out, "  %8s %8s %8s  %9s %7s  %9s %7s  %6s %7s %8s %8s  %6s %5s %6s %6s\n",
		"ops/s", "accept/s", "CPU ms", "accept ms", "p99", "end ms", "p99", "RSS MB", "WAL kB", "commits", "load CPU",
		"errors", "lost", "twice", "at TSP")
	took := make([][]turn, len(all))
	for range o.Turns {
		for i, g := range all {
			if o.Burst > 0 {
				burst := callers.Load{Callers: o.Callers, Duration: o.Burst, Patience: o.Patience}
				if r, err := team.Put(ctx, g, burst); err != nil || r.Err() != nil {
					fmt.Fprintf(out, "the burst before a turn of %s: %v %v\n", g.Name(), err, r.Err())
				}
			}
			t, err := put(ctx, team, g, load)
			if err != nil {
				return err
			}
			took[i] = append(took[i], t)
			t.print(out, rune('A'+i))
		}
	}
	for i := range all {
		o.sum(out, rune('A'+i), took[0], took[i])
	}
	return nil
}

func (o options) what() string {
	switch {
	case o.Rate > 0:
		return fmt.Sprintf("%s writes a second", measure.Round(o.Rate))
	case o.Flood:
		return fmt.Sprintf("a flood of %d callers", o.Callers)
	}
	return fmt.Sprintf("%d callers", o.Callers)
}

func put(ctx context.Context, team *callers.Team, g gateway.Gateway, load callers.Load) (t turn, err error) {
	watched, stop := context.WithCancel(ctx)
	defer stop()
	if w, ok := g.(*gateway.Waybill); ok {
		counted := measure.WatchWAL(watched, w.Database())
		defer func() {
			stop()
			t.wal, t.commits = counted()
		}()
	}
	t.Result, err = team.Put(ctx, g, load)
	return t, err
}

// print writes a line; WAL, commits and both CPUs are those of one operation, twice are webhooks that came
// again, and at TSP messages that did.
func (t turn) print(out io.Writer, name rune) {
	each := float64(max(len(t.Ended), 1))
	fmt.Fprintf(out, "%c %8.0f %8.0f %8.2f  %9.1f %7.1f  %9.1f %7.1f  %6d %7.1f %8.2f %8.2f  %6d %5d %6d %6d\n", name,
		t.PerSecond(), t.AcceptedPerSecond(), t.CPU(),
		t.Accepted.Median(), t.Accepted.At(0.99), t.Ended.Median(), t.Ended.At(0.99), t.Usage.Resident>>20,
		float64(t.wal)/each/1000, float64(t.commits)/each, float64(t.Own.CPU.Microseconds())/1000/each,
		t.Errors, t.Lost, t.Twice, t.Remade)
	if t.First != nil {
		fmt.Fprintf(out, "%c: %v\n", name, t.First)
	}
}

// sum prints medians with quartiles, and the ratio of each turn to the one of the first gateway beside it.
func (o options) sum(out io.Writer, name rune, first, own []turn) {
	var rates, cpus, accepts, ends, rateTimes, cpuTimes, endTimes []float64
	for i, t := range own {
		rates, cpus = append(rates, t.PerSecond()), append(cpus, t.CPU())
		accepts, ends = append(accepts, t.Accepted.Median()), append(ends, t.Ended.Median())
		rateTimes = append(rateTimes, t.PerSecond()/first[i].PerSecond())
		cpuTimes = append(cpuTimes, t.CPU()/first[i].CPU())
		endTimes = append(endTimes, t.Ended.Median()/first[i].Ended.Median())
	}
	fmt.Fprintf(out, "\n%c: %v operations/s, %v ms CPU each, accept p50 %v ms, end p50 %v ms\n", name,
		measure.SpreadOf(rates...), measure.SpreadOf(cpus...), measure.SpreadOf(accepts...), measure.SpreadOf(ends...))
	if name != 'A' {
		fmt.Fprintf(out, "%c/A: rate x %v, CPU x %v, end p50 x %v   (median, quartiles)\n", name,
			measure.SpreadOf(rateTimes...), measure.SpreadOf(cpuTimes...), measure.SpreadOf(endTimes...))
	}
}
