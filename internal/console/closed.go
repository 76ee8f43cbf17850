package console

import (
	"errors"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
)

// closed says why the connection of an operation takes no write now; "" if it takes some, or nobody knows.
func (n *namer) closed(op operation.Operation) string {
	status := n.standing(op)
	if status == "" || status == connection.Active {
		return ""
	}
	return "its connection is " + string(status)
}

// over says that nothing will be sent any more through the connection of an operation, and what is left to do; "" if it may be.
func (n *namer) over(op operation.Operation) string {
	if !n.standing(op).Ended() {
		return ""
	}
	return "Nothing is sent through its connection any more, which is " + string(n.standing(op)) + ": its partner sends a write of its own over another one."
}

// standing is the status of the connection of an operation; "" if it cannot be found out.
func (n *namer) standing(op operation.Operation) connection.Status {
	if status, known := n.standings[op.Connection]; known {
		return status
	}
	of, err := n.Naming.Connection(n.ctx, op.Connection)
	switch {
	case errors.Is(err, connection.ErrNotFound):
		of.Status = connection.Deleted
	case err != nil:
		of.Status = ""
	}
	n.standings[op.Connection] = of.Status
	return of.Status
}

// shut bars what sends a write over the connection of an operation while that takes none.
func (n *namer) shut(op operation.Operation, all []act) []act {
	for i := range all {
		at := all[i].Path
		if !slices.ContainsFunc([]string{"/edit", "/retry", "/revert"}, func(end string) bool { return strings.HasSuffix(at, end) }) || all[i].Barred != "" {
			continue
		}
		if why := n.closed(op); why != "" {
			all[i].Barred, all[i].Kind = why, ""
		}
	}
	return all
}
