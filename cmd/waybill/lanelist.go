package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/cli"
	"github.com/waybill-dev/waybill/internal/lane"
)

type laneListCommand struct {
	cli.Shape
	From string `help:"Where the list goes on, as the page before tells it." placeholder:"PLACE"`
	Size int    `help:"How many lanes to list, up to 500." default:"50"`
}

// Help teaches the command.
func (laneListCommand) Help() string {
	return `Lists the lanes of all processes by what the database says: held first, whose credentials the TSP refuses,
then paused, then those with work; of each the oldest waiting first. A lane without work that nothing keeps
is not listed. What only the process knows that works on a lane the console tells there, and "waybill op
explain" of one write: how long its TSP asked to be left alone, and that a connection is suspect, because
its credentials were refused and are checked again. Such a lane is listed as open. RUNS IN, the process that
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
	if _, err := lane.ReadPlace(l.From); err != nil {
		return fmt.Errorf("--from: %w; give it as the page before told it", err)
	}
	return l.Shape.Validate()
}

// Run lists the lanes.
func (l laneListCommand) Run(e *environment) error {
	from, err := lane.ReadPlace(l.From)
	if err != nil {
		return err
	}
	return atLanes(e, func(d *app.LaneDesk) error {
		all, next, err := d.List(e.ctx, from, l.Size)
		if err != nil {
			return err
		}
		if err := laneTable(all, d.Runners != nil).Write(e.session, l.Shape); err != nil {
			return err
		}
		if next != nil {
			fmt.Fprintf(os.Stderr, "waybill: there may be more: waybill lane list --from %s\n", next)
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
	Runner  *string    `json:"runs_in"`
}

// laneTable is a list of lanes; many tells that one of several processes works on each.
func laneTable(all []lane.Lane, many bool) cli.Listed[laneThing] {
	l := cli.Listed[laneThing]{Name: "connection_id", Heads: []string{"STATE", "CONNECTION", "TSP", "WAITING", "OLDEST", "RATE", "RUNS IN", "WHY"}}
	if !many {
		l.Heads = slices.Delete(l.Heads, 6, 7)
	}
	for _, one := range all {
		c, oldest := one.Connection, ""
		thing := laneThing{c.ID, c.Fleet, string(c.TSP), one.State, given(one.Says()), one.Waiting.N, one.Waiting.AtLeast, nil, given(c.Rate.String()),
			given(one.Runner)}
		if since := one.Waiting.Since; !since.IsZero() {
			oldest, thing.Oldest = moment{since}.String(), &since
		}
		row := []string{string(one.State), c.ID.String(), string(c.TSP), waitingOf(one), oldest, c.Rate.String(), one.Runner, one.Says()}
		if !many {
			row = slices.Delete(row, 6, 7)
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
