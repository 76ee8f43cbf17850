package main

import (
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/cli"
	"github.com/waybill-dev/waybill/internal/lane"
)

type laneGetCommand struct {
	oneLane
	cli.Shape
}

// Help teaches the command.
func (laneGetCommand) Help() string {
	return `Shows the lane of one connection, also one that has no work and that nothing keeps: how it stands and why, what
waits in it, the rate to which an operator keeps it, until when it is closed, and, over PostgreSQL, the process
that works on it. "waybill lane list --help" tells what each says. Works beside a running service.

  waybill lane get CONNECTION
  waybill lane get CONNECTION -o json --jq .until`
}

// Validate refuses what can be no form of output.
func (l laneGetCommand) Validate() error { return l.Shape.Validate() }

// Run shows the lane.
func (l laneGetCommand) Run(e *environment) error {
	return atLanes(e, func(d *app.LaneDesk) error {
		one, err := d.Of(e.ctx, l.Connection)
		if err != nil {
			return err
		}
		return laneTable([]lane.Lane{one}, d.Many).WriteOne(e.session, l.Shape)
	})
}
