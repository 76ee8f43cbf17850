package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
)

func surveysOfLinks() []rule {
	return []rule{
		{"a survey of connections lists them by status and newest first, in pages both ways, and without credentials", linksAreSurveyed},
		{"connections are counted by status and TSP, deleted ones by none", linksAreTallied},
		{"clients are listed by their ids with their secrets and without hashes, in pages both ways, and counted up to a number", clientsArePaged},
		{"fleets are named, those that are gone as well", fleetsAreNamed},
	}
}

// linked stores a connection of a status, made at a minute.
func (s *stand) linked(status connection.Status, minute int) connection.Connection {
	s.t.Helper()
	c := connected(s.fleet())
	c.Status, c.CreatedAt, c.Problem = status, at(minute), "p"
	s.connect(c)
	return c
}

func linksAreSurveyed(t *testing.T, s *stand) {
	for i, status := range []connection.Status{connection.Active, connection.Stale, connection.Active, connection.Paused, connection.Deleted, connection.Stale} {
		s.linked(status, i)
	}
	of := connection.Survey{Statuses: connection.Listed()}
	listed := func(w page.Window) (all []connection.Connection, minutes []int) {
		of.Window = w
		all = got[[]connection.Connection](s)(s.SurveyConnections(t.Context(), of))
		for _, c := range all {
			if len(c.Sealed) > 0 {
				t.Errorf("it came with its credentials: %v", c.ID)
			}
			minutes = append(minutes, int(c.CreatedAt.Sub(noon()).Minutes()))
		}
		return all, minutes
	}
	want := []int{5, 1, 3, 2, 0}
	all, minutes := listed(page.Window{Limit: 9})
	same(t, "all", minutes, want)
	stored := s.connection(all[0].ID)
	stored.Sealed = nil
	same(t, "the first", all[0], stored)
	for i, c := range all {
		_, behind := listed(page.Window{Limit: 2, Place: c.Surveyed()})
		if next := want[i+1 : min(i+3, len(want))]; !slices.Equal(behind, next) {
			t.Errorf("behind %d: %v, not %v", want[i], behind, next)
		}
		_, before := listed(page.Window{Limit: 2, Place: c.Surveyed(), Backwards: true})
		if next := want[max(0, i-2):i]; !slices.Equal(before, next) {
			t.Errorf("before %d: %v, not %v", want[i], before, next)
		}
	}
	of.Statuses = []connection.Status{connection.Paused, connection.Failed}
	_, minutes = listed(page.Window{Limit: 9})
	same(t, "of some", minutes, []int{3})
}

func linksAreTallied(t *testing.T, s *stand) {
	for range 2 {
		s.linked(connection.Active, 0)
	}
	other := connected(s.fleet())
	other.TSP = "motive"
	s.connect(other)
	s.linked(connection.Stale, 0)
	s.linked(connection.Deleted, 0)
	same(t, "counted", got[[]connection.Tally](s)(s.TallyConnections(t.Context())), []connection.Tally{
		{Status: connection.Stale, TSP: "samsara", N: 1}, {Status: connection.Active, TSP: "motive", N: 1},
		{Status: connection.Active, TSP: "samsara", N: 2}})
}

func clientsArePaged(t *testing.T, s *stand) {
	var want []access.Client
	for i := range 5 {
		s.must(s.InsertClient(t.Context(), client(fmt.Sprintf("c%d", i), "a:read")))
		c := got[access.Client](s)(s.Client(t.Context(), fmt.Sprintf("c%d", i)))
		c.Secrets = slices.Clone(c.Secrets)
		for j := range c.Secrets {
			c.Secrets[j].Hash = nil
		}
		want = append(want, c)
	}
	paged := func(w page.Window) []access.Client {
		return got[[]access.Client](s)(s.ClientPage(t.Context(), w))
	}
	same(t, "first", paged(page.Window{Limit: 2}), want[:2])
	same(t, "next", paged(page.Window{Limit: 2, Place: page.Position{Text: "c1"}}), want[2:4])
	same(t, "before", paged(page.Window{Limit: 2, Place: page.Position{Text: "c4"}, Backwards: true}), want[2:4])
	is(t, "all", got[int](s)(s.CountClients(t.Context(), 9)), 5)
	is(t, "up to three", got[int](s)(s.CountClients(t.Context(), 3)), 3)
}

func fleetsAreNamed(t *testing.T, s *stand) {
	one, gone := s.fleet(), s.fleet()
	s.must(s.DeleteFleet(t.Context(), gone, noon()))
	same(t, "named", got[map[uuid.UUID]string](s)(s.FleetNames(t.Context(), []uuid.UUID{one, gone, uuid.New()})),
		map[uuid.UUID]string{one: one.String(), gone: gone.String()})
	same(t, "none", len(got[map[uuid.UUID]string](s)(s.FleetNames(t.Context(), nil))), 0)
}
