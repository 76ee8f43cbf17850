package app

import (
	"log/slog"
	"time"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/perform"
)

// What is in flight at once. Where the operating system allows few open files deliveries have an eighth of
// them, writes a quarter and imports a sixteenth: callers, the store and idle connections need the others,
// and without a descriptor the store answers nobody.
const (
	leastPlaces     = 16
	deliveryShare   = 8
	callShare       = 4
	importShare     = 16
	slowCall        = 5 * time.Second
	slowImport      = 20 * time.Second
	callsOfALane    = 1000
	callsOfASlowOne = 2
)

// floors are those on which what waits in lanes goes out.
type floors struct{ deliveries, calls, imports *dispatch.Floor }

// newFloors makes the floors of a process that may have so many descriptors, 0 if that is not known.
func newFloors(c config.Config, activate func(fence.Lane), limit int, log *slog.Logger) floors {
	places := func(what string, wanted, share int) int {
		if limit == 0 || limit >= wanted*share {
			return wanted
		}
		n := min(max(limit/share, leastPlaces), wanted)
		log.Warn("few files may be open at once, so fewer "+what+" are made at once; raise the limit of open files "+
			"(ulimit -n, LimitNOFILE of systemd)", "limit", limit, "wanted", wanted*share, what+"_at_once", n)
		return n
	}
	return floors{
		// A receiver of which nothing is known, or that hangs, may show with one request how it is.
		deliveries: dispatch.NewFloor(dispatch.FloorConfig{Places: places("deliveries", c.DeliveriesAtOnce, deliveryShare),
			First: 1, Least: 1, Most: perform.MostDeliveries, Quickly: time.Second, Now: time.Now, Activate: activate}),
		// An adapter says how many calls of a connection its TSP takes. Of one that hangs there is one beside
		// the one that hangs, since it may do so for one record alone.
		calls: dispatch.NewFloor(dispatch.FloorConfig{Places: places("calls", c.CallsAtOnce, callShare),
			First: callsOfALane, Least: callsOfASlowOne, Most: callsOfALane, Quickly: slowCall, Answers: true,
			Now: time.Now, Activate: activate}),
		imports: dispatch.NewFloor(dispatch.FloorConfig{Places: places("imports", c.ImportsAtOnce, importShare),
			First: 1, Least: 1, Most: 1, Quickly: slowImport, Lasts: true, Now: time.Now, Activate: activate}),
	}
}
