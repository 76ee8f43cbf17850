package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/cli"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/page"
)

type laneListCommand struct {
	cli.Shape
	Page string `help:"Where the list goes on, as the page before tells it." placeholder:"CURSOR"`
	Size int    `help:"How many lanes to list, up to 500." default:"50"`
}

// Help teaches the command.
func (laneListCommand) Help() string {
	return `Lists the lanes of all processes by what the database says: held first, whose credentials the TSP refuses,
then paused, closed by their TSP, and those with work; of each the oldest waiting first. A lane without work
that nothing keeps is not listed. UNTIL is when a closed lane opens, because its TSP asked to be left alone or
a limit is used up, and "unknown" where the process at work on the lane may know more. Over SQLite it is as the
service has noted it, every five seconds at most. That a connection is suspect, because its credentials were
refused and are checked again, only that process knows: its lane is listed as open. RUNS IN, the process that
works on a lane, is there over PostgreSQL, where there may be many. Works beside a running service. Uses the
database named by WAYBILL_DATABASE_URL.

  waybill lane list
  waybill lane list -o json`
}

// Validate refuses what can be no page.
func (l laneListCommand) Validate() error {
	if l.Size < 1 || l.Size > 500 {
		return fmt.Errorf("--size is %d; give 1 to 500", l.Size)
	}
	if _, err := l.window(); err != nil {
		return err
	}
	return l.Shape.Validate()
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
		if err := laneTable(found.Items, d.Many).Write(e.session, l.Shape); err != nil {
			return err
		}
		if !found.Next.IsZero() {
			fmt.Fprintf(os.Stderr, "waybill: there may be more: waybill lane list --page %s\n", lanesListed().Write(page.Cursor{Place: found.Next}))
		}
		return nil
	})
}

// laneThing is a lane as programs read it.
type laneThing struct {
	Connection uuid.UUID  `json:"connection_id"`
	Fleet      uuid.UUID  `json:"fleet_id"`
	TSP        string     `json:"tsp"`
	State      lane.State `json:"state"`
	Why        *string    `json:"why"`
	// Waiting is how many writes wait; AtLeast tells that no more were counted.
	Waiting int        `json:"waiting"`
	AtLeast bool       `json:"waiting_at_least"`
	Oldest  *time.Time `json:"oldest"`
	Rate    *string    `json:"rate"`
	// Until is when a closed lane opens, nil where it is open or Unknown.
	Until   *time.Time `json:"until"`
	Unknown bool       `json:"until_unknown"`
	Runner  *string    `json:"runs_in"`
}

// laneTable is a list of lanes; many tells that one of several processes works on each.
func laneTable(all []lane.Lane, many bool) cli.Listed[laneThing] {
	l := cli.Listed[laneThing]{Name: "connection_id", Heads: []string{"STATE", "CONNECTION", "TSP", "WAITING", "OLDEST", "RATE", "UNTIL", "RUNS IN", "WHY"}}
	if !many {
		l.Heads = slices.Delete(l.Heads, 7, 8)
	}
	for _, one := range all {
		c, oldest := one.Connection, ""
		thing := laneThing{c.ID, c.Fleet, string(c.TSP), one.State, given(one.Says()), one.Waiting.N, one.Waiting.AtLeast, nil, given(c.Rate.String()),
			nil, one.Until.IsZero() && !one.Known, given(one.Runner)}
		if since := one.Waiting.Since; !since.IsZero() {
			oldest, thing.Oldest = moment{since}.String(), &since
		}
		if !one.Until.IsZero() {
			thing.Until = &one.Until
		}
		row := []string{string(one.State), c.ID.String(), string(c.TSP), waitingOf(one), oldest, c.Rate.String(), untilOf(one), one.Runner, one.Says()}
		if !many {
			row = slices.Delete(row, 7, 8)
		}
		l.Things, l.Rows = append(l.Things, thing), append(l.Rows, row)
	}
	return l
}

// given is a text, and nil where there is none.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
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
		return ""
	}
	return "unknown"
}
