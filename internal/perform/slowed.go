package perform

import (
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// ByOperator is the key of the rate to which an operator keeps a connection, as if its TSP had declared it.
const ByOperator = "operator"

// always are the limits that every call of the connection is charged to.
func (n named) always() []string {
	if n.slow.Events == 0 {
		return nil
	}
	return []string{ByOperator}
}

// ofOperator is the rate to which an operator keeps the connection. Another rate is another limit, of which nothing is used
// up: those that the TSP declares hold beside it.
func (n named) ofOperator() dispatch.Limit {
	one := Rate{n.slow.Events, n.slow.Period}.replace(tsp.Limit{})
	return dispatch.Limit{ID: n.conn.String() + "/" + ByOperator + "/" + n.slow.String(), Label: dispatch.Label{Of: string(n.name),
		Name: ByOperator}, Lane: fence.Lane{Kind: fence.Connections, ID: n.conn}, Interval: one.Period / time.Duration(one.Events),
		Burst: one.Burst}
}

// paced are the limits that a call is charged to which names some keys.
func (n named) paced(keys []string) []dispatch.Limit { return n.only(slices.Concat(keys, n.always())) }

// Fastest is the limit of a TSP that allows the most, as it is declared or agreed on; zero where no limit has a rate.
func (l *Limits) Fastest(of tsp.Name) (most tsp.Limit) {
	adapter, ok := l.registry.Adapter(of)
	if !ok {
		return most
	}
	rate := func(one tsp.Limit) float64 { return Rate{one.Events, one.Period}.perSecond() }
	n := named{declared: adapter.Spec().Limits, agreed: l.agreed[of]}
	for _, declared := range n.declared {
		if one, _ := n.limit(declared.Key); rate(one) > rate(most) {
			most = one
		}
	}
	return most
}
