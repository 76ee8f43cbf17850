package app_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// lane is that of the house's connection, as some lanes tell of it.
func (h *house) lane(of *lane.Service) lane.Lane {
	h.t.Helper()
	all, err := of.List(h.t.Context(), page.Window{Limit: 10})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, l := range all.Items {
		if l.Connection.ID == h.ids.Connection {
			return l
		}
	}
	return lane.Lane{}
}

// beside is the lane as `waybill lane list` tells of it.
func (h *house) beside() (of lane.Lane) {
	h.t.Helper()
	err := app.Lanes(h.t.Context(), h.config, slog.New(slog.DiscardHandler), func(d *app.LaneDesk) error {
		of = h.lane(d.Service)
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return of
}

// closes expects of all that tell of a lane that it is closed until a time for which the TSP asked, and not before.
func (h *house) closes(tell map[string]func() lane.Lane) {
	h.t.Helper()
	accept := func(text string) {
		if a := h.do("POST", messages, h.message(text)); a.status != 202 {
			h.t.Fatalf("%d %s", a.status, a.text)
		}
	}
	// Kept to one call an hour, the lane sleeps for its limit.
	hand := connection.Hand{Connection: h.ids.Connection, By: "operator:ada", Why: "slowly"}
	if _, err := h.app.Rooms().Connections.Slow(h.t.Context(), hand, connection.Rate{Events: 1, Period: time.Hour}); err != nil {
		h.t.Fatal(err)
	}
	accept("first")
	accept("second")
	for who, of := range tell {
		h.becomes(who+" tells of the limit", func() bool {
			l := of()
			return l.State == lane.Open && l.Waits == operation.RateLimited && time.Until(l.Until) > 10*time.Minute && l.Known
		})
	}
	if _, err := h.app.Rooms().Connections.Slow(h.t.Context(), hand, connection.Rate{}); err != nil {
		h.t.Fatal(err)
	}
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"throttle","retry_after":"600"}`)
	accept("third")
	for who, of := range tell {
		h.becomes(who+" tells that the TSP asked to be left alone", func() bool {
			l := of()
			return l.State == lane.Closed && l.Waits == operation.RetryAfter && time.Until(l.Until) > 9*time.Minute && time.Until(l.Until) <= 10*time.Minute
		})
	}
}

// counts expects that the calls of the connection are counted, and one that was answered by asking to wait, by each who tells.
func (h *house) counts(tell ...*house) {
	h.t.Helper()
	made, refused := 0, 0
	if err := h.db.SaveCalls(h.t.Context(), 0); err != nil {
		h.t.Fatal(err)
	}
	for _, of := range tell {
		all, err := of.db.Calls(h.t.Context(), h.ids.Connection, time.Now().Add(-time.Hour))
		if err != nil {
			h.t.Fatal(err)
		}
		made, refused = 0, 0
		for _, n := range all {
			made, refused = made+n.Made, refused+n.Refused
		}
		// It was connected and imported, the first write was sent and the third refused.
		if made < 4 || refused < 1 || refused > 3 {
			h.t.Errorf("%d calls were made and %d refused", made, refused)
		}
	}
}

// isUsedUp tells whether a process knows of the connection that a limit is used up for as long as the TSP asked.
func (h *house) isUsedUp(of *house) bool {
	h.t.Helper()
	c, err := of.db.Connection(h.t.Context(), h.ids.Connection)
	if err != nil {
		h.t.Fatal(err)
	}
	limits, err := app.LimitsOf(h.t.Context(), of.app, c)
	if err != nil || len(limits) == 0 {
		h.t.Fatal(limits, err)
	}
	for _, l := range limits {
		if l.Known && l.Now == 0 && l.Of > 0 && time.Until(l.Next) > 9*time.Minute {
			return true
		}
	}
	return false
}

func TestEveryReplicaTellsUntilWhenALaneIsClosedOverPostgreSQL(t *testing.T) {
	t.Parallel()
	h := open(t)
	other := h.second()
	h.closes(map[string]func() lane.Lane{
		"one replica":     func() lane.Lane { return h.lane(app.AllLanes(h.app)) },
		"another replica": func() lane.Lane { return h.lane(app.AllLanes(other.app)) },
		"the command":     h.beside,
	})
	h.becomes("each replica knows of the limit that is used up", func() bool { return h.isUsedUp(h) && h.isUsedUp(other) })
	if err := other.db.SaveCalls(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	h.counts(h, other)
}

func TestTheCommandTellsUntilWhenALaneIsClosed(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.closes(map[string]func() lane.Lane{
		"the process": func() lane.Lane { return h.lane(app.AllLanes(h.app)) },
		"the command": h.beside,
	})
	h.becomes("the limit is used up", func() bool { return h.isUsedUp(h) })
	h.counts(h)
}
