package app

import (
	"context"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/console"
	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// budgets are the limits of connections, in the console's words.
type budgets struct{ *App }

// Limits tells what is left of each limit of a connection.
func (b budgets) Limits(ctx context.Context, c connection.Connection) ([]console.Limit, error) {
	var stand riversource.Stand
	if b.lanes.looks != nil {
		of := fence.Lane{Kind: fence.Connections, ID: c.ID}
		found, err := b.lanes.looks.stands(ctx, b.now(), []fence.Lane{of})
		if err != nil {
			return nil, err
		}
		var ran bool
		if stand, ran = found[of]; !ran {
			stand.Left = []byte{}
		}
	}
	left := func() ([]byte, bool) { return stand.Left, stand.Runner == "" }
	var all []console.Limit
	for _, l := range b.limits.Remaining(c, left, b.now()) {
		one := console.Limit{Key: l.Key, Whose: whose(l), Set: l.Key == perform.ByOperator, Events: l.Events, Period: l.Period, Known: l.Known, Now: l.Now,
			Of: l.Of, Parts: l.Parts, Next: l.Next, Whole: l.Whole, Bound: l.Limit.AtOnce, Flying: l.Flying}
		if !l.Known {
			one.Runner = stand.Runner
		}
		all = append(all, one)
	}
	return all, nil
}

// whose says who shares a limit, and who has set it.
func whose(l perform.LimitNow) string {
	by := "the TSP's"
	if l.Agreed {
		by = "agreed on with the TSP"
	}
	switch {
	case l.Key == perform.ByOperator:
		return "set by an operator, of this connection"
	case l.Scope == tsp.PerApp:
		return by + ", of all its connections here"
	case l.Scope == tsp.PerAccount:
		return by + ", of all connections of this account"
	}
	return by + ", of this connection"
}
