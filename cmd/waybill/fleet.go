package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/cli"
)

type fleetCommand struct {
	Create fleetCreateCommand `cmd:"" help:"Make a fleet."`
	List   fleetListCommand   `cmd:"" help:"List all fleets: since when, named by whom, and who has to do with them."`
	Rename fleetRenameCommand `cmd:"" help:"Give a fleet another name."`
	Merge  fleetMergeCommand  `cmd:"" help:"Make one fleet of two."`
	Delete fleetDeleteCommand `cmd:"" help:"End a fleet's connections and grants, and remove it with its clients."`
}

type fleetCreateCommand struct {
	Name     string `arg:"" help:"The fleet's name."`
	Partner  string `help:"The name of a partner to whom the fleet grants everything."`
	FleetRef string `help:"How that partner calls the fleet; the name if left out."`
}

// Help teaches the command.
func (fleetCreateCommand) Help() string {
	return `Makes a fleet also if there is another of its name, and tells of those whose names are nearly the
same. Where WAYBILL_FLEETS is on_purpose this is how a partner's reference comes to stand for a fleet.

  waybill fleet create "Acme Freight"
  waybill fleet create "Acme Freight" --partner "My TMS" --fleet-ref acme-1`
}

// Validate refuses what can be no name.
func (f fleetCreateCommand) Validate() error {
	var alone error
	if f.FleetRef != "" && f.Partner == "" {
		alone = errors.New("--fleet-ref is how a partner calls the fleet; name that one with --partner")
	}
	return errors.Join(alone, checkName("the name", f.Name), checkName("--partner", f.Partner),
		checkName("--fleet-ref", f.FleetRef))
}

// Run makes the fleet.
func (f fleetCreateCommand) Run(e *environment) error {
	return operate(e, func(o *access.Operator) error {
		made, err := o.CreateFleet(e.ctx, f.Name, f.Partner, f.FleetRef)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stdout, "fleet_id: %s\nfleet: %s\n", made.ID, made.Name)
		for _, near := range made.Near {
			fmt.Fprintf(os.Stderr, "waybill: there is a fleet of nearly that name: %s\n", near)
		}
		return nil
	})
}

type fleetListCommand struct{}

// Run lists the fleets.
func (fleetListCommand) Run(e *environment) error {
	return operate(e, func(o *access.Operator) error {
		all, err := o.Fleets(e.ctx)
		for _, f := range all {
			fmt.Fprintln(os.Stdout, f)
		}
		return err
	})
}

type fleetRenameCommand struct {
	ID   string `arg:"" name:"fleet" help:"The fleet: its id, or its name."`
	Name string `arg:"" help:"Its new name."`
}

// Validate refuses what can be no name.
func (f fleetRenameCommand) Validate() error {
	if f.Name == "" {
		return errors.New("the new name is empty")
	}
	return checkName("the name", f.Name)
}

// Run renames the fleet.
func (f fleetRenameCommand) Run(e *environment) error {
	return operate(e, func(o *access.Operator) error {
		was, err := o.FleetNamed(e.ctx, f.ID)
		if err == nil {
			_, err = o.RenameFleet(e.ctx, was.ID, f.Name)
		}
		if err == nil {
			fmt.Fprintf(os.Stdout, "fleet_id: %s\nfleet: %s\n", was.ID, f.Name)
		}
		return err
	})
}

type fleetMergeCommand struct {
	From string `arg:"" help:"The fleet that goes: its id, or its name."`
	Into string `arg:"" help:"The fleet that stays: its id, or its name."`
	cli.Sure
}

// Help teaches the command.
func (fleetMergeCommand) Help() string {
	return `Grants and clients of the first fleet become the second's; where a partner has a grant of both, that
of the second stays as it is, also if it is paused or has ended, and the other is cancelled. The command
tells what became of each grant of the first fleet. Partners are told by share_agreement.updated, and
tokens of the clients that move end. The first fleet must have no connections, because the ids of
records hang on their fleet.

  waybill fleet merge FROM INTO --yes`
}

// Run merges the fleets.
func (f fleetMergeCommand) Run(e *environment) error {
	return operate(e, func(o *access.Operator) error {
		from, err := o.FleetNamed(e.ctx, f.From)
		if err != nil {
			return err
		}
		into, err := o.FleetNamed(e.ctx, f.Into)
		if err != nil {
			return err
		}
		if err := f.Agreed(e.session, fmt.Sprintf("merge fleet %s %q into %s %q, which nothing takes back", from.ID, from.Name, into.ID, into.Name)); err != nil {
			return err
		}
		left, err := o.MergeFleets(e.ctx, from.ID, into.ID)
		if err != nil {
			return err
		}
		fmt.Fprintln(os.Stdout, left.FleetEntry)
		for _, g := range left.Grants {
			fmt.Fprintln(os.Stdout, g)
		}
		return nil
	})
}

type fleetDeleteCommand struct {
	ID string `arg:"" name:"fleet" help:"The fleet: its id, or its name."`
	cli.Sure
}

// Help teaches the command.
func (fleetDeleteCommand) Help() string {
	return `First its connections end: their secrets are erased, and what waits in them fails. Then its grants are
deleted, of which their partners are told, and its clients with their tokens. What was cut short goes
on when the command is given again. Nothing brings the fleet back.

  waybill fleet delete FLEET --yes`
}

// Run deletes the fleet.
func (f fleetDeleteCommand) Run(e *environment) error {
	var fleet access.Fleet
	err := operate(e, func(o *access.Operator) (err error) {
		if fleet, err = o.FleetNamed(e.ctx, f.ID); err != nil {
			return err
		}
		return f.Agreed(e.session, fmt.Sprintf("delete fleet %s %q, its connections and what waits in them, its grants and its clients", fleet.ID, fleet.Name))
	})
	if err != nil {
		return err
	}
	gone, err := app.DeleteFleet(e.ctx, e.config, e.log, fleet.ID.String())
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "the fleet %s %q is deleted\n", gone.ID, gone.Name)
	return nil
}
