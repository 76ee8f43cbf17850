package perform

import (
	"time"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// LimitNow is a limit that calls of a connection are charged to, as it is declared, agreed on or set, and what is left of it.
type LimitNow struct {
	tsp.Limit
	dispatch.Remaining
	// Agreed tells that an operator has agreed on its rate with the TSP.
	Agreed bool
}

// Remaining tells what is left of each limit of a connection, the rate first to which an operator keeps it. left is what the
// last run of its lane has left, where no process runs it: what one lane alone uses is known by that.
func (l *Limits) Remaining(c connection.Connection, left func() (text []byte, idle bool), now time.Time) []LimitNow {
	n := l.of(l.specOf(c), c)
	var all []LimitNow
	var limits []dispatch.Limit
	if n.slow.Events > 0 {
		one := n.ofOperator()
		limits = append(limits, one)
		all = append(all, LimitNow{Limit: tsp.Limit{Key: ByOperator, Scope: tsp.PerConnection, Events: n.slow.Events, Period: n.slow.Period, Burst: one.Burst}})
	}
	for _, declared := range n.declared {
		one, _ := n.limit(declared.Key)
		charged, _ := n.find(declared.Key)
		_, agreed := n.agreed[declared.Key]
		limits = append(limits, charged)
		all = append(all, LimitNow{Limit: one, Agreed: agreed})
	}
	found := l.budget.Remaining(limits)
	text, idle := left()
	was := dispatch.RemainingOf(limits, text, now)
	for i, one := range found {
		if !one.Known && idle && limits[i].Lane != (fence.Lane{}) {
			one = was[i]
		}
		all[i].Remaining = one
	}
	return all
}
