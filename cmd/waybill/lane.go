package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/cli"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
)

type laneCommand struct {
	List   laneListCommand   `cmd:"" help:"List the lanes of connections that are held or paused, and those with work."`
	Get    laneGetCommand    `cmd:"" help:"Show the lane of one connection: how it stands, why and until when, and what waits."`
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

// surelyLane is oneLane for what holds it up.
type surelyLane struct {
	oneLane
	cli.Sure
}

// asks whether something is to be done to a connection, which is named with what stands behind it.
func (l surelyLane) asks(e *environment, d *app.LaneDesk, c connection.Connection, what string) error {
	of, err := d.Among(e.ctx, []connection.Connection{c})
	if err != nil {
		return err
	}
	return l.Agreed(e.session, fmt.Sprintf(what, fmt.Sprintf("connection %s (%s, %s; writes that wait: %s)", c.ID, c.TSP, c.Status, waitingOf(of[0]))))
}

type lanePauseCommand struct {
	surelyLane
	Reason string `help:"Why, in a few words. Callers whose writes are refused or wait read it." required:""`
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
		c, err := d.Connections.MayPause(e.ctx, l.hand(e, l.Reason))
		if err == nil {
			err = l.asks(e, d, c, "pause %s and hold up its writes")
		}
		if err == nil {
			c, err = d.Connections.Pause(e.ctx, l.hand(e, l.Reason))
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stdout, "connection_id: %s\nstatus: %s\npaused: %s, %s: %s\n", c.ID, c.Status, moment{c.Pause.At}, c.Pause.By,
			problem.Quoted(c.Pause.Why))
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
	surelyLane
	Rate   string `arg:"" optional:"" help:"The most calls, such as 30/m: a second (s), minute (m) or hour (h)."`
	Reason string `help:"Why, in a few words."`
	Clear  bool   `help:"Leave the connection to what its TSP allows again."`
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
		c, err := d.Connections.MaySlow(e.ctx, l.hand(e, l.Reason), to)
		if err == nil && !l.Clear {
			err = l.asks(e, d, c, "keep %s to "+to.String())
		}
		if err == nil {
			c, err = d.Connections.Slow(e.ctx, l.hand(e, l.Reason), to)
		}
		if err == nil {
			fmt.Fprintf(os.Stdout, "connection_id: %s\nrate: %s\n", c.ID, dash(c.Rate.String()))
		}
		return err
	})
}
