package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/waybill-dev/waybill/bench/callers"
	"github.com/waybill-dev/waybill/bench/gateway"
	"github.com/waybill-dev/waybill/bench/stub"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// sizes are how much there is of everything, and how long each turn takes.
type sizes struct {
	turns int
	span  time.Duration
	// connections are those that a load goes over, hanging those that hang, many those where many are asked
	// for, active those of the measured memory.
	connections, hanging, many, active int
	// rows are the queued or finished operations of a full database, queued those that are drained.
	rows, queued int
}

// String tells them.
func (s sizes) String() string {
	return fmt.Sprintf("%d turns of %s, %d connections under load, %d hanging, %d where many are asked for, "+
		"%d rows where a database is full", s.turns, s.span, s.connections, s.hanging, s.many, s.rows)
}

func (o options) sizes() sizes {
	s := sizes{turns: 3, span: 8 * time.Second, connections: 200, hanging: 2500, many: 10_000, active: 1000,
		rows: 1_000_000, queued: 20_000}
	if o.Quick {
		s = sizes{turns: 2, span: 2 * time.Second, connections: 50, hanging: 250, many: 300, active: 100,
			rows: 20_000, queued: 2000}
	}
	if o.Turns > 0 {
		s.turns = o.Turns
	}
	if o.Rows > 0 {
		s.rows = o.Rows
	}
	return s
}

// field is where scenarios measure: the built programs, a TSP, a receiver, and whoever makes the load.
type field struct {
	sizes
	folder, waybill, bare string
	// server is the URL of the PostgreSQL that databases are made on; "" for files.
	server   string
	receiver *stub.Receiver
	tsp      *stub.Samsara
	team     *callers.Team
	out      io.Writer
	// basic is Waybill without anything special, full one with many finished operations, and crowd one with
	// many connections; each is started when it is first asked for.
	basic, full, crowd *gateway.Waybill
	// running are those that end with the field.
	running []gateway.Gateway
}

func newField(ctx context.Context, s sizes, folder string, out io.Writer) (f *field, err error) {
	f = &field{sizes: s, out: out}
	if f.folder, err = os.MkdirTemp(folder, "waybill-bench"); err != nil {
		return nil, err
	}
	f.waybill, f.bare = filepath.Join(f.folder, "waybill"), filepath.Join(f.folder, "bare")
	for path, name := range map[string]string{f.waybill: "cmd/waybill", f.bare: "bench/bare"} {
		cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "github.com/waybill-dev/waybill/"+name)
		if said, err := cmd.CombinedOutput(); err != nil {
			return nil, errors.Join(fmt.Errorf("building %s: %s", name, said), os.RemoveAll(f.folder))
		}
	}
	signed := func(h http.Header, body []byte) error { return webhook.Verify(h, body, gateway.Secret, time.Now()) }
	if f.receiver, err = stub.NewReceiver(stub.ReceiverOptions{Prefix: callers.Prefix, Verify: signed}); err != nil {
		return nil, errors.Join(err, os.RemoveAll(f.folder))
	}
	f.tsp = stub.NewSamsara()
	f.team = callers.NewTeam(f.receiver, f.tsp)
	return f, nil
}

// close ends everything and removes the folder.
func (f *field) close() {
	for _, g := range f.running {
		_ = g.Close()
	}
	f.tsp.Close()
	f.receiver.Close()
	_ = os.RemoveAll(f.folder)
}

// start starts Waybill over a database of its own; it ends with the field unless somebody ends it before.
func (f *field) start(ctx context.Context, name string, connections int, environ ...string) (*gateway.Waybill, error) {
	begun := time.Now()
	w, err := gateway.StartWaybill(ctx, gateway.Options{Binary: f.waybill, Folder: filepath.Join(f.folder, name),
		Receiver: f.receiver, TSP: f.tsp, Connections: connections, Account: name, Environ: environ})
	if err != nil {
		return nil, err
	}
	f.running = append(f.running, w)
	f.say("%s has %d connections", begun, name, connections)
	return w, nil
}

// say tells what has been made since a time.
func (f *field) say(format string, begun time.Time, what ...any) {
	fmt.Fprintf(f.out, "  "+format+" after %s\n", append(what, time.Since(begun).Round(100*time.Millisecond))...)
}

// plain is Waybill without anything special.
func (f *field) plain(ctx context.Context) (_ *gateway.Waybill, err error) {
	if f.basic == nil {
		if f.basic, err = f.start(ctx, "plain", f.connections); err == nil {
			err = f.warm(ctx, f.basic)
		}
	}
	return f.basic, err
}

// warm puts a gateway under load until what is made once is made.
func (f *field) warm(ctx context.Context, g gateway.Gateway) error {
	_, err := f.closed(ctx, g, 16, f.span/4)
	return err
}

// closed is a load of callers that wait for the webhook of each write. One that is lost or comes twice is an error.
func (f *field) closed(ctx context.Context, g gateway.Gateway, n int, span time.Duration) (callers.Result, error) {
	r, err := f.team.Put(ctx, g, callers.Load{Callers: n, Duration: span, Patience: time.Minute})
	return r, errors.Join(err, r.Err())
}

// atRate is a load of so many writes a second.
func (f *field) atRate(ctx context.Context, g gateway.Gateway, rate float64) (callers.Result, error) {
	r, err := f.team.Put(ctx, g, callers.Load{Rate: rate, Duration: f.span, Patience: time.Minute})
	return r, errors.Join(err, r.Err())
}

// inTurns measures several things, one after the other and all of them again, and returns the figures of
// each by turn.
func (f *field) inTurns(measures ...func() (float64, error)) ([][]float64, error) {
	all := make([][]float64, len(measures))
	for range f.turns {
		for i, measure := range measures {
			one, err := measure()
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], one)
		}
	}
	return all, nil
}
