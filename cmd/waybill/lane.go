package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/cli"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

type laneCommand struct {
	List   laneListCommand   `cmd:"" help:"List the lanes of connections that are held or paused, and those with work."`
	Pause  lanePauseCommand  `cmd:"" help:"Pause a connection: new writes are refused, and what waits stays."`
	Resume laneResumeCommand `cmd:"" help:"Let a paused connection go on."`
	Rate   laneRateCommand   `cmd:"" help:"Keep a connection to a lower rate of calls than its TSP allows, or to that again."`
}

// atLanes works on lanes, beside running services too.
func atLanes(e *environment, work func(*app.LaneDesk) error) error {
	if err := e.settings(app.CheckDatabase, usableKey); err != nil {
		return err
	}
	return plainly(app.Lanes(e.ctx, e.config, e.log, work))
}

// plainly tells what is wrong with what was given as a person reads it.
func plainly(err error) error {
	if p := (*problem.Error)(nil); errors.As(err, &p) && len(p.Details) > 0 {
		return misuse{"the " + p.Details[0].Path + " " + p.Details[0].Message}
	}
	return err
}

type laneListCommand struct {
	Page string `help:"Where the list goes on, as the page before tells it." placeholder:"CURSOR"`
	Size int    `help:"How many lanes to list, up to 500." default:"50"`
}

// Help teaches the command.
func (laneListCommand) Help() string {
	return `Lists the lanes of all processes by what the database says: held first, then paused, closed by their TSP,
and those with work; of each the oldest waiting first. A lane without work that nothing keeps is not listed.
UNTIL is when a closed lane opens, because its TSP asked to be left alone or a limit is used up, and "unknown"
where the process at work on the lane may know more. Over SQLite it is as the service has noted it, every five
seconds at most. Works beside a running service. Uses the database named by WAYBILL_DATABASE_URL.

  waybill lane list`
}

// Validate refuses what can be no page.
func (l laneListCommand) Validate() error {
	if l.Size < 1 || l.Size > 500 {
		return fmt.Errorf("--size is %d; give 1 to 500", l.Size)
	}
	_, err := l.window()
	return err
}

// lanesListed is the list that cursors of its pages are bound to.
func lanesListed() page.List { return page.List{Path: "waybill lane list"} }

// window is the page that is asked for.
func (l laneListCommand) window() (page.Window, error) {
	w := page.Window{Limit: l.Size}
	if l.Page == "" {
		return w, nil
	}
	at, err := page.Read(l.Page)
	if err == nil {
		err = at.Check(lanesListed())
	}
	if err != nil {
		return w, errors.New("--page leads to no page of this list; give it as the page before told it, or leave it out for the first")
	}
	w.Place = at.Place
	return w, nil
}

// Run lists the lanes.
func (l laneListCommand) Run(e *environment) error {
	window, err := l.window()
	if err != nil {
		return err
	}
	return atLanes(e, func(d *app.LaneDesk) error {
		found, err := d.List(e.ctx, window)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "STATE\tCONNECTION\tTSP\tWAITING\tOLDEST\tRATE\tUNTIL\tRUNS IN\tWHY")
		for _, one := range found.Items {
			c, oldest := one.Connection, "-"
			if !one.Waiting.Since.IsZero() {
				oldest = moment{one.Waiting.Since}.String()
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", one.State, c.ID, c.TSP, waitingOf(one), oldest, dash(c.Rate.String()),
				untilOf(one), dash(one.Runner), dash(one.Says()))
		}
		if !found.Next.IsZero() {
			defer fmt.Fprintf(os.Stderr, "waybill: there may be more: waybill lane list --page %s\n",
				lanesListed().Write(page.Cursor{Place: found.Next}))
		}
		return w.Flush()
	})
}

// waitingOf is how much waits in a lane, as far as that is counted.
func waitingOf(l lane.Lane) string {
	if l.Waiting.AtLeast {
		return fmt.Sprintf("%d+", l.Waiting.N)
	}
	return strconv.Itoa(l.Waiting.N)
}

// untilOf is when a lane opens that is closed, as far as that is known.
func untilOf(l lane.Lane) string {
	switch {
	case !l.Until.IsZero():
		return moment{l.Until}.String()
	case l.Known:
		return "-"
	}
	return "unknown"
}

// dash stands for what is not there.
func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// oneLane is what commands about the lane of one connection take.
type oneLane struct {
	Connection uuid.UUID `arg:"" help:"The connection's id."`
}

// hand is what whoever runs the command wants done.
func (l oneLane) hand(e *environment, why string) connection.Hand {
	return connection.Hand{Connection: l.Connection, By: audit.Of(e.ctx).Name, Why: why}
}

type lanePauseCommand struct {
	oneLane
	Reason string `help:"Why, in a few words. Callers whose writes are refused or wait read it." required:""`
	cli.Sure
}

// Help teaches the command.
func (lanePauseCommand) Help() string {
	return `New writes to the connection are refused with 409, which tells the reason; what waits stays where it is.
Running services stop within a second. It is the pause that the connection's fleet has as well: each ends
the other's. Works beside a running service.

  waybill lane pause CONNECTION --reason "they move their account until noon" --yes`
}

// Run pauses the connection.
func (l lanePauseCommand) Run(e *environment) error {
	return atLanes(e, func(d *app.LaneDesk) error {
		if err := l.Agreed(e.session, fmt.Sprintf("pause connection %s and hold up its writes", l.Connection)); err != nil {
			return err
		}
		c, err := d.Connections.Pause(e.ctx, l.hand(e, l.Reason))
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stdout, "connection_id: %s\nstatus: %s\npaused: %s, %s: %q\n", c.ID, c.Status, moment{c.Pause.At}, c.Pause.By, c.Pause.Why)
		of, err := d.Among(e.ctx, []connection.Connection{c})
		if err == nil {
			fmt.Fprintf(os.Stdout, "waiting: %s\n", waitingOf(of[0]))
		}
		return err
	})
}

type laneResumeCommand struct{ oneLane }

// Run resumes the connection.
func (l laneResumeCommand) Run(e *environment) error {
	return atLanes(e, func(d *app.LaneDesk) error {
		c, err := d.Connections.Resume(e.ctx, l.hand(e, ""))
		if err == nil {
			fmt.Fprintf(os.Stdout, "connection_id: %s\nstatus: %s\n", c.ID, c.Status)
		}
		return err
	})
}

type laneRateCommand struct {
	oneLane
	Rate   string `arg:"" optional:"" help:"The most calls, such as 30/m: a second (s), minute (m) or hour (h)."`
	Reason string `help:"Why, in a few words."`
	Clear  bool   `help:"Leave the connection to what its TSP allows again."`
	cli.Sure
}

// Help teaches the command.
func (laneRateCommand) Help() string {
	return `Every call of the connection, of writes, imports and look-ups, is charged to the rate as well, over all
processes together; what the TSP allows holds beside it, so a rate that is not lower is refused. Writes that
wait for it tell so: rate_limited, by the limit "operator". Works beside a running service, which keeps to
it within a second.

  waybill lane rate CONNECTION 30/m --reason "their IT asks us to go slowly" --yes
  waybill lane rate CONNECTION --clear`
}

// Validate refuses what can be no rate.
func (l laneRateCommand) Validate() error {
	switch {
	case l.Clear && (l.Rate != "" || l.Reason != ""):
		return errors.New("--clear takes no rate and no reason; give either a rate or --clear")
	case !l.Clear && l.Rate == "":
		return errors.New("the rate is missing; give one such as 30/m, or --clear")
	case l.Clear:
		return nil
	case strings.TrimSpace(l.Reason) == "":
		return errors.New("--reason is missing; say in a few words why, for whoever finds it later")
	}
	_, err := config.ReadRate(l.Rate)
	return err
}

// Run sets the rate.
func (l laneRateCommand) Run(e *environment) error {
	to := connection.Rate{}
	if !l.Clear {
		rate, err := config.ReadRate(l.Rate)
		if err != nil {
			return err
		}
		to.Events, to.Period = rate.Events, rate.Period
	}
	return atLanes(e, func(d *app.LaneDesk) error {
		if !l.Clear {
			if err := l.Agreed(e.session, fmt.Sprintf("keep connection %s to %s", l.Connection, l.Rate)); err != nil {
				return err
			}
		}
		c, err := d.Connections.Slow(e.ctx, l.hand(e, l.Reason), to)
		if err == nil {
			fmt.Fprintf(os.Stdout, "connection_id: %s\nrate: %s\n", c.ID, dash(c.Rate.String()))
		}
		return err
	})
}
