// Command bench measures what design section 11 asks for and one machine can show: each figure beside a
// floor or a clean run in the same process, in turns, so that both meet the same disk and the same
// neighbours. It writes docs/performance.md. bench/README.md shows how it is used.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// options is the command line.
type options struct {
	Scenario []string `help:"A scenario to run, in the place of all; repeatable. --list tells them."`
	List     bool     `help:"List the scenarios."`
	Quick    bool     `help:"Small sizes and short turns: a few minutes that show whether everything works."`
	Turns    int      `help:"How often each figure is measured; 0 is 3, and 2 of a quick run."`
	Rows     int      `help:"Rows of the databases that are full, such as 10000000; 0 is 1000000."`
	Out      string   `help:"The file to write; left alone unless all scenarios run." default:"docs/performance.md"`
	Server   string   `help:"A PostgreSQL whose user may make databases, which stay: the scenarios accept, sealed and drain over it, and no others." placeholder:"URL"`
	Folder   string   `help:"Where the databases lie meanwhile; the system's temporary folder if left out."`
}

// scenario measures some figures in the field.
type scenario struct {
	name, what string
	measure    func(context.Context, *field) ([]figure, error)
}

// scenarios are all there are, in the order in which they run: those that share a full database follow
// each other.
func scenarios() []scenario {
	return []scenario{
		{"accept", "Accepting at the store's face, with a subscriber to .created", accepting},
		{"sealed", "Accepting with texts sealed at rest", sealed},
		{"drain", "Draining queued writes with a TSP that does nothing", draining},
		{"http", "Over HTTP end to end, from the write to the webhook", overHTTP},
		{"batch", "Lines of a batch beside single posts, where what is accepted waits", batching},
		{"rate", "200 writes a second", atRate},
		{"hanging", "200 writes a second beside connections of the same TSP that hang", besideHanging},
		{"sync", "What a sync write takes beyond the TSP's own time", syncOverhead},
		{"cold", "From the start of waybill dev to the first 202", coldStart},
		{"lists", "Lists over many operations, and 200 writes a second beside them", listsAndWrites},
		{"restart", "From the start to the first answer", restarting},
		{"finished", "Throughput with many finished operations", withFinished},
		{"deep", "200 small lanes beside a deep one at its limit, and throughput beside it", besideDeepLane},
		{"lanes", "Many lanes with two writes each, and memory", manyLanes},
		{"fleets", "Throughput and connecting with many fleets of the partner", withFleets},
		{"subscriptions", "Throughput with many subscriptions of others", withSubscriptions},
	}
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("bench"), kong.Description("Measures Waybill, each figure beside a floor or a clean run."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := o.run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (o options) run(ctx context.Context, out io.Writer) (err error) {
	if o.Server != "" && len(o.Scenario) == 0 {
		o.Scenario = onServer()
	}
	chosen, err := choose(o.Scenario)
	if err != nil {
		return err
	}
	for _, s := range chosen {
		if o.Server != "" && !slices.Contains(onServer(), s.name) {
			return fmt.Errorf("scenario %q is not measured over a server: leave --server out, or see bench/load for the whole program", s.name)
		}
	}
	if o.List {
		for _, s := range chosen {
			fmt.Fprintf(out, "%-14s %s\n", s.name, s.what)
		}
		return nil
	}
	f, err := newField(ctx, o.sizes(), o.Folder, out)
	if err != nil {
		return err
	}
	defer f.close()
	f.server = o.Server
	r := report{begun: time.Now(), quick: o.Quick, sizes: f.sizes, machine: machineOf(f.folder)}
	var failed []error
	for _, s := range chosen {
		p := f.run(ctx, s)
		if p.failed != nil {
			failed = append(failed, fmt.Errorf("%s: %w", s.name, p.failed))
		}
		if ctx.Err() != nil {
			return errors.Join(failed...)
		}
		r.parts = append(r.parts, p)
	}
	r.ended = time.Now()
	if len(chosen) == len(scenarios()) {
		failed = append(failed, r.write(o.Out))
	}
	return errors.Join(failed...)
}

// run measures one scenario and prints its figures. One that fails keeps no other from being measured.
func (f *field) run(ctx context.Context, s scenario) part {
	fmt.Fprintf(f.out, "\n%s: %s\n", s.name, s.what)
	begun := time.Now()
	figures, err := s.measure(ctx, f)
	for _, one := range figures {
		fmt.Fprintln(f.out, "  "+one.String())
	}
	if err != nil {
		fmt.Fprintln(f.out, "  it failed:", err)
	}
	fmt.Fprintf(f.out, "  (%s)\n", time.Since(begun).Round(time.Second))
	return part{s, figures, err}
}

// choose returns the scenarios of some names, or all.
func choose(names []string) (chosen []scenario, err error) {
	if len(names) == 0 {
		return scenarios(), nil
	}
	var known []string
	for _, s := range scenarios() {
		known = append(known, s.name)
		if slices.Contains(names, s.name) {
			chosen = append(chosen, s)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("there is no scenario %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return chosen, nil
}
