package storetest

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
)

func lanes() []rule {
	return []rule{
		{"connections that hold up their lanes are listed by their ids, and no others", heldAreListed},
		{"connections with live operations are listed by their ids, each once", busyAreListed},
	}
}

// connectionIDs are those of connections.
func connectionIDs(all []connection.Connection) []uuid.UUID {
	ids := []uuid.UUID{}
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	return ids
}

// ascending puts ids in their order.
func ascending(ids []uuid.UUID) []uuid.UUID {
	return slices.SortedFunc(slices.Values(ids), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
}

func heldAreListed(t *testing.T, s *stand) {
	fleet := s.fleet()
	var want []uuid.UUID
	for _, status := range []connection.Status{connection.Active, connection.Paused, connection.Stale, connection.Failed,
		connection.Cancelled, connection.Deleted, connection.Paused} {
		c := s.connect(connected(fleet))
		if status != connection.Active {
			s.must(s.ChangeConnection(t.Context(), change(c, status)))
		}
		if status == connection.Paused || status == connection.Stale || status == connection.Failed {
			want = append(want, c.ID)
		}
	}
	want = ascending(want)
	page := func(after uuid.UUID, most int) []uuid.UUID {
		return connectionIDs(got[[]connection.Connection](s)(s.HeldConnections(t.Context(), after, most)))
	}
	same(t, "all", page(uuid.Nil, 10), want)
	same(t, "the first", page(uuid.Nil, 2), want[:2])
	same(t, "those behind", page(want[1], 10), want[2:])
}

func busyAreListed(t *testing.T, s *stand) {
	var want []uuid.UUID
	for range 3 {
		conn := s.connect(connected(s.fleet()))
		for range 2 {
			s.accept(queued(conn.ID))
		}
		want = append(want, conn.ID)
	}
	idle := s.connect(connected(s.fleet()))
	s.settle(s.accept(queued(idle.ID)), operation.Succeeded)
	want = ascending(want)
	page := func(after uuid.UUID, most int) []uuid.UUID {
		return connectionIDs(got[[]connection.Connection](s)(s.BusyConnections(t.Context(), after, most)))
	}
	same(t, "all", page(uuid.Nil, 10), want)
	same(t, "the first", page(uuid.Nil, 1), want[:1])
	same(t, "those behind", page(want[0], 2), want[1:])
	same(t, "behind the last", page(want[2], 2), []uuid.UUID{})
}
