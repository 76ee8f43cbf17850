package app

import (
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// paced makes the calls by which a connection is made or changed wait for its budget.
func (a *App) paced(c connection.Connection) tsp.Pacer {
	adapter, ok := a.caller.Registry().Adapter(c.TSP)
	if !ok {
		return a.pacer(tsp.Spec{Name: c.TSP}, c)
	}
	return a.pacer(adapter.Spec(), c)
}

// ending makes operations end whose connection was deleted or cancelled: they are past their
// deadline, so no call is made for them.
func ending(conn connection.Connection, ops []operation.Operation) []operation.Operation {
	for i := range ops {
		ops[i].Deadline, ops[i].NextAt = conn.UpdatedAt, conn.UpdatedAt
	}
	return ops
}

// because tells why an operation ends without an attempt.
func because(t task, end dispatch.End, v dispatch.Verdict) string {
	if !end.Expired || !t.conn.Status.Ended() {
		return v.Reason
	}
	reason := "the connection was " + string(t.conn.Status) + " before the operation was done"
	if t.op.State == operation.Unknown || t.op.State == operation.Sending {
		reason += "; outcome unknown: the TSP may have taken an earlier attempt"
	}
	return reason
}
