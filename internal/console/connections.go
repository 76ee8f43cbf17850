package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
)

// connectionsPath is that of the list.
const connectionsPath = Root + "connections"

// connectionPath is that of the page of a connection.
func connectionPath(id uuid.UUID) string { return connectionsPath + "/" + id.String() }

// connectionsView is what the list of connections shows.
type connectionsView struct {
	Facets       []facet
	Rows         []linkRow
	Newer, Older string
}

// linkRow is a connection in a list.
type linkRow struct {
	ID      uuid.UUID
	Look    Look
	TSP     string
	Fleet   string
	Problem string
	Waiting string
	Since   time.Time
	// Imported is when the last kind was imported, and Failing how many kinds fail.
	Imported time.Time
	Failing  int
}

// listConnections shows connections of all fleets, those that are broken first.
func (c *Console) listConnections(r *http.Request, who Visitor) (answer, error) {
	all, err := c.Connections.Connections(r.Context())
	if err != nil {
		return answer{}, err
	}
	state := r.FormValue("state")
	v := connectionsView{}
	var chosen []connection.Connection
	for _, f := range []struct {
		value, word string
		holds       func(Look) bool
	}{{"", "All", func(Look) bool { return true }},
		{"broken", "Broken", func(l Look) bool { return l.Colour == bad }},
		{"suspect", "Suspect", func(l Look) bool { return l.Colour == wait }},
		{"paused", "Paused", func(l Look) bool { return l.Word == "Paused" }},
		{"active", "Active", func(l Look) bool { return l.Colour == ok }}} {
		var of []connection.Connection
		for _, one := range all {
			if f.holds(health(one, c.Links.Shut(one))) {
				of = append(of, one)
			}
		}
		one := facet{Word: f.word, Path: connectionsPath, Count: count(len(of)), Chosen: f.value == state}
		if f.value != "" {
			one.Path = with(connectionsPath, url.Values{"state": {f.value}})
		}
		if one.Chosen {
			chosen = of
		}
		v.Facets = append(v.Facets, one)
	}
	if !slices.ContainsFunc(v.Facets, func(f facet) bool { return f.Chosen }) {
		return answer{}, wrongInput("state", state, "must be broken, suspect, paused or active")
	}
	slices.SortStableFunc(chosen, func(a, b connection.Connection) int {
		return cmp.Or(cmp.Compare(c.urgency(a), c.urgency(b)), b.CreatedAt.Compare(a.CreatedAt))
	})
	from, err := fromOf(r, len(chosen))
	if err != nil {
		return answer{}, err
	}
	v.Newer, v.Older = stretchOf(connectionsPath, state, from, len(chosen))
	v.Rows, err = c.linkRows(r, who, chosen[from:min(from+rowsShown, len(chosen))])
	return answer{sheet: sheet{name: "connections", Title: "Connections", Place: "Connections", Content: v}}, err
}

// urgency orders connections: those that need somebody first.
func (c *Console) urgency(of connection.Connection) int {
	return slices.Index([]string{bad, wait, idle, ok}, health(of, c.Links.Shut(of)).Colour)
}

// fromOf reads at which entry a page of a list begins that is whole in memory.
func fromOf(r *http.Request, all int) (int, error) {
	text := r.FormValue("from")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, wrongInput("from", text, "must be a number, such as 50")
	}
	return min(n, all), nil
}

// stretchOf are the addresses of the pages beside one.
func stretchOf(path, state string, from, all int) (newer, older string) {
	at := func(n int) string {
		q := url.Values{}
		if state != "" {
			q.Set("state", state)
		}
		if n > 0 {
			q.Set("from", strconv.Itoa(n))
		}
		return with(path, q)
	}
	if from > 0 {
		newer = at(max(0, from-rowsShown))
	}
	if from+rowsShown < all {
		older = at(from + rowsShown)
	}
	return newer, older
}

// linkRows are connections as lists show them.
func (c *Console) linkRows(r *http.Request, who Visitor, of []connection.Connection) ([]linkRow, error) {
	ids := make([]uuid.UUID, len(of))
	for i, one := range of {
		ids[i] = one.ID
	}
	waiting, err := c.Connections.Waiting(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	schedules, err := c.Connections.SchedulesOf(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	waits := map[uuid.UUID]operation.Waiting{}
	for _, w := range waiting {
		waits[w.Connection] = w
	}
	rows := make([]linkRow, len(of))
	for i, one := range of {
		row := linkRow{ID: one.ID, Look: health(one, c.Links.Shut(one)), TSP: displayName(c.TSPs, one.TSP), Problem: cut(c.problemOf(one, who), longestWhy),
			Waiting: counted(waits[one.ID].Count), Since: waits[one.ID].Since}
		if row.Fleet, err = c.fleet(r, one.Fleet); err != nil {
			return nil, err
		}
		row.Imported, row.Failing = imported(one.ID, schedules)
		rows[i] = row
	}
	return rows, nil
}

// imported tells when a kind of a connection was imported last, and how many kinds fail.
func imported(id uuid.UUID, all []record.Schedule) (last time.Time, failing int) {
	for _, s := range all {
		if s.Connection != id {
			continue
		}
		if s.LastSuccessAt.After(last) {
			last = s.LastSuccessAt
		}
		if s.Failures > 0 {
			failing++
		}
	}
	return last, failing
}

// fleet is the name of a fleet, and the begin of its id where it has none.
func (c *Console) fleet(r *http.Request, id uuid.UUID) (string, error) {
	found, err := c.Connections.FleetEntries(r.Context(), access.FleetSearch{ID: id, Gone: true})
	if err != nil {
		return "", err
	}
	if len(found) == 0 || found[0].Name == "" {
		return head(id), nil
	}
	return found[0].Name, nil
}
