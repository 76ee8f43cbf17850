package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/cli"
	"github.com/waybill-dev/waybill/internal/demo"
)

// simCommands are what is done with simulators. Without a word more one is run.
type simCommands struct {
	Run   simCommand      `cmd:"" default:"withargs" help:"Run the simulator of one TSP alone (what sim NAME alone does)."`
	Fault simFaultCommand `cmd:"" group:"client" help:"Have a simulator that runs misbehave, or show and clear how it does."`
}

type simCommand struct {
	Name   string `arg:"" help:"The TSP, such as samsara."`
	Addr   string `help:"Where it listens; the default is its place in dev mode. WAYBILL_ADDR is the API's." placeholder:"HOST:PORT"`
	Dir    string `help:"Where it keeps its state; in memory if left out."`
	Limits bool   `help:"Enforce the TSP's documented rate limits." default:"true" negatable:""`
}

// Validate refuses a TSP that has no simulator.
func (s simCommand) Validate() error {
	if s.Name == "" {
		return errors.New("the TSP is missing; name one, such as samsara")
	}
	return demo.CheckSimulator(s.Name)
}

// Run runs the simulator until it is interrupted.
func (s simCommand) Run(e *environment) error {
	if err := e.settings(listensAt(s.Addr)); err != nil {
		return err
	}
	return demo.RunSimulator(e.ctx,
		demo.Simulator{Name: s.Name, Addr: s.Addr, Dir: s.Dir, Limits: s.Limits, Out: os.Stdout, Log: e.log})
}

type simFaultCommand struct {
	Name        string        `arg:"" help:"The TSP, such as samsara."`
	Kind        string        `arg:"" optional:"" name:"fault" help:"What the next requests meet; without it the faults that wait are shown."`
	Status      int           `help:"The status that is answered." placeholder:"CODE"`
	Delay       time.Duration `help:"How long it takes first." placeholder:"TIME"`
	Times       int           `help:"How many requests meet it; until it is cleared if left out." placeholder:"N"`
	Method      string        `help:"Only requests of this method." placeholder:"METHOD"`
	Path        string        `help:"Only requests whose path begins so." placeholder:"PREFIX"`
	RetryAfter  string        `help:"The Retry-After that goes with it." placeholder:"TEXT"`
	Cut         bool          `help:"With late: cut the connection at once."`
	Clear       bool          `help:"Clear all faults."`
	At          string        `help:"Where the simulator answers, if not at its place in dev mode." placeholder:"URL"`
	SimBasePort int           `help:"The --sim-base-port of waybill dev." default:"9100"`
}

// Help teaches the command.
func (simFaultCommand) Help() string {
	return `The faults: status (answer --status, apply nothing), delay (wait, then answer as usual), hang (never answer), drop (cut the
connection, apply nothing), apply_then_drop (apply, then cut), malformed (answer broken JSON), throttle (429),
expire_session (end all sessions), late (apply --delay later, whether the caller waits or not).

  waybill sim fault samsara status --status 503 --method PATCH --times 3
  waybill sim fault samsara --clear`
}

// Validate refuses a TSP that has no simulator.
func (s simFaultCommand) Validate() error {
	if s.Kind != "" && s.Clear {
		return errors.New("--clear takes no fault beside; clear first, and set one then")
	}
	return demo.CheckSimulator(s.Name)
}

// Run has the simulator misbehave.
func (s simFaultCommand) Run(on *cli.Session) error {
	method, body := http.MethodGet, []byte(nil)
	switch {
	case s.Clear:
		method = http.MethodDelete
	case s.Kind != "":
		var err error
		method = http.MethodPost
		if body, err = json.Marshal(s.fault()); err != nil {
			return fmt.Errorf("writing a fault: %w", err)
		}
	}
	at, err := demo.SimulatorURL(s.Name, s.SimBasePort)
	if err != nil {
		return err
	}
	at = strings.TrimRight(cmp.Or(s.At, at), "/")
	ctx, cancel := context.WithTimeout(on.Context, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, at+"/_sim/faults", bytes.NewReader(body))
	if err != nil {
		return &cli.Failure{Exit: cli.ExitUsage, Err: err}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return &cli.Failure{Exit: cli.ExitError, Err: fmt.Errorf("no simulator of %s answers at %s: %w", s.Name, at, err),
			Hint: "waybill dev starts all, waybill sim " + s.Name + " one; --at or --sim-base-port say where else it is"}
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("reading the simulator's answer: %w", err)
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return &cli.Failure{Exit: cli.ExitUsage, Err: fmt.Errorf("the simulator refuses it: %s", strings.TrimSpace(string(text)))}
	}
	if len(text) > 0 {
		_, err = fmt.Fprintln(on.Out, strings.TrimSpace(string(text)))
	}
	return err
}

// fault is the body that the simulator takes.
func (s simFaultCommand) fault() map[string]any {
	match := map[string]string{}
	for name, value := range map[string]string{"method": strings.ToUpper(s.Method), "path_prefix": s.Path} {
		if value != "" {
			match[name] = value
		}
	}
	fault := map[string]any{"fault": s.Kind, "match": match}
	if s.Status != 0 {
		fault["status"] = s.Status
	}
	if s.Delay > 0 {
		fault["delay_ms"] = s.Delay.Milliseconds()
	}
	if s.Times > 0 {
		fault["times"] = s.Times
	}
	if s.RetryAfter != "" {
		fault["retry_after"] = s.RetryAfter
	}
	if s.Cut {
		fault["cut"] = true
	}
	return fault
}
