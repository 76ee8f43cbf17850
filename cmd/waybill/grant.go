package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/cli"
)

type grantCommand struct {
	Set grantSetCommand `cmd:"" help:"Make or change what a fleet grants a partner."`
}

type grantSetCommand struct {
	Partner    string            `help:"The partner's name." required:""`
	Fleet      string            `help:"The fleet: its id, its name, or the partner's reference of it." required:""`
	Level      map[string]string `help:"What is granted of a kind: read, read_write or none; the kind all stands for each. Repeat for several." placeholder:"KIND=LEVEL" mapsep:"none"`
	FleetRef   string            `help:"How the partner calls the fleet."`
	Effective  bound             `help:"When the grant begins, such as 2026-01-15T00:00:00Z; a new one begins at once if it is left out." placeholder:"TIME"`
	Expiration bound             `help:"When the grant ends, or never. A new one ends never if it is left out." placeholder:"TIME"`
	Status     string            `help:"active, paused or cancelled." enum:",active,paused,cancelled" default:""`
	cli.Sure
}

// Help teaches the command.
func (grantSetCommand) Help() string {
	return `A grant (the share agreement of the API) is in force while it is active and between its dates. Without
one a partner reads and writes nothing of a fleet. What is left out stays as it is; "--expiration never"
takes an end away. A grant that was cancelled or has expired is not revived: a new one is made, which takes
the partner's reference from it and nothing else, so name its levels. Queued writes that a changed grant
no longer allows fail and are not sent: what takes something away at once is asked first. Works beside a running service.
Uses the database named by WAYBILL_DATABASE_URL.

A fleet is known by a name that an operator gave it, if no other has it, or by the reference of the
very partner that it grants to. Where that is not certain the command tells which fleets there are,
and takes the id of one. "waybill fleet list" shows them all.

  waybill grant set --partner "My TMS" --fleet "Acme Freight" --level vehicle=read_write --level message=read_write
  waybill grant set --partner "My TMS" --fleet "Acme Freight" --level all=read --yes
  waybill grant set --partner "My TMS" --fleet "Acme Freight" --status paused --yes`
}

// bound is a date of a grant as an operator gives it.
type bound struct {
	time.Time
	never bool
}

// UnmarshalText reads a time of RFC 3339, or never.
func (b *bound) UnmarshalText(text []byte) error {
	if b.never = string(text) == "never"; b.never {
		return nil
	}
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil || !t.After(time.Unix(0, 0)) {
		return fmt.Errorf("%q is no date of a grant; give a time such as 2026-01-15T00:00:00Z, or never for its end", text)
	}
	b.Time = t
	return nil
}

// Validate refuses what can be no name.
func (g grantSetCommand) Validate() error {
	var nobody error
	if g.Partner == "" || g.Fleet == "" {
		nobody = errors.New("--partner and --fleet must name somebody")
	}
	if g.Effective.never {
		nobody = errors.Join(nobody,
			errors.New("--effective is never; give a time, or take the grant away with --status cancelled"))
	}
	return errors.Join(nobody, checkName("--partner", g.Partner), checkName("--fleet", g.Fleet),
		checkName("--fleet-ref", g.FleetRef))
}

// Run sets the grant.
func (g grantSetCommand) Run(e *environment) error {
	var made access.Grant
	var fleet access.Fleet
	err := operate(e, func(o *access.Operator) (err error) {
		made, err = o.SetGrant(e.ctx, access.GrantOrder{Partner: g.Partner, Fleet: g.Fleet, FleetRef: g.FleetRef,
			Levels: g.Level, Effective: g.Effective.Time, Expiration: g.Expiration.Time, Endless: g.Expiration.never,
			Status: g.Status, Agrees: func() error {
				return g.Agreed(e.session, fmt.Sprintf("take from the partner %q what it may read or write of the fleet %q now, so that its queued writes fail",
					g.Partner, g.Fleet))
			}})
		if err == nil {
			fleet, err = o.Fleet(e.ctx, made.Fleet)
		}
		return err
	})
	if err != nil {
		return err
	}
	var levels []string
	for kind, level := range made.Levels {
		levels = append(levels, fmt.Sprintf("%s=%s", kind, level))
	}
	slices.Sort(levels)
	fmt.Fprintf(os.Stdout,
		"share_agreement: %s\npartner_id: %s\nfleet_id: %s\nfleet: %s\nfleet_ref: %s\nstatus: %s\nlevels: %s\n",
		made.ID, made.Partner, made.Fleet, fleet.Name, made.FleetRef, made.Status, strings.Join(levels, " "))
	return nil
}
