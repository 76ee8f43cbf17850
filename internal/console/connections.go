package console

import (
	"bytes"
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
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
	q, state := url.Values{}, r.FormValue("state")
	if state != "" {
		q.Set("state", state)
	}
	tally, err := c.Connections.TallyConnections(r.Context())
	if err != nil {
		return answer{}, err
	}
	suspects := c.Links.Suspects()
	v := connectionsView{Facets: linkFacets(state, tally, len(suspects))}
	if !slices.ContainsFunc(v.Facets, func(f facet) bool { return f.Chosen }) {
		return answer{}, wrongInput("state", state, "must be broken, suspect, paused, cancelled or active")
	}
	w, err := placeOf(r, page.List{Path: connectionsPath, Filters: q.Encode()})
	if err != nil {
		return answer{}, err
	}
	var found []connection.Connection
	if state == suspectState {
		found, err = c.suspects(r, suspects, w.Wider())
	} else {
		found, err = c.Connections.SurveyConnections(r.Context(), connection.Survey{Statuses: linkStates()[state], Window: w.Wider()})
	}
	if err != nil {
		return answer{}, err
	}
	p := page.Cut(found, w, connection.Connection.Surveyed)
	v.Newer, v.Older = beside(connectionsPath, q, p.Previous, true), beside(connectionsPath, q, p.Next, false)
	v.Rows, err = c.linkRows(r, who, p.Items)
	return answer{sheet: sheet{name: "connections", Title: "Connections", Place: "Connections", Content: v}}, err
}

// suspectState is the choice of the connections that are suspect, which only this process knows.
const suspectState = "suspect"

// linkStates are the statuses behind the choices of the list.
func linkStates() map[string][]connection.Status {
	return map[string][]connection.Status{"": connection.Listed(), "broken": {connection.Stale, connection.Failed},
		"paused": {connection.Paused}, "cancelled": {connection.Cancelled}, "active": {connection.Active}}
}

// linkFacets are the choices of the list with how many connections each has.
func linkFacets(state string, tally []connection.Tally, suspects int) (all []facet) {
	for _, f := range [][2]string{{"", "All"}, {"broken", "Broken"}, {suspectState, "Suspect"}, {"paused", "Paused"}, {"cancelled", "Cancelled"},
		{"active", "Active"}} {
		one := facet{Word: f[1], Path: connectionsPath, Chosen: f[0] == state, Count: counted(linkCount(tally, linkStates()[f[0]]...))}
		if f[0] != "" {
			one.Path = with(connectionsPath, url.Values{"state": {f[0]}})
		}
		if f[0] == suspectState {
			one.Count = count(suspects)
		}
		all = append(all, one)
	}
	return all
}

// linkCount adds up the connections of some statuses.
func linkCount(tally []connection.Tally, of ...connection.Status) (n operation.Count) {
	for _, t := range tally {
		if slices.Contains(of, t.Status) {
			n.N, n.AtLeast = n.N+t.N, n.AtLeast || t.AtLeast
		}
	}
	return n
}

// suspects are some of the connections that are suspect, in the order of their ids. One that is so no more is left out.
func (c *Console) suspects(r *http.Request, ids []uuid.UUID, w page.Window) (found []connection.Connection, err error) {
	at := w.Place.ID
	if w.Backwards {
		ids = slices.DeleteFunc(ids, func(id uuid.UUID) bool { return bytes.Compare(id[:], at[:]) >= 0 })
		ids = ids[max(0, len(ids)-w.Limit):]
	} else {
		ids = slices.DeleteFunc(ids, func(id uuid.UUID) bool { return bytes.Compare(id[:], at[:]) <= 0 })
		ids = ids[:min(w.Limit, len(ids))]
	}
	for _, id := range ids {
		one, err := c.Naming.Connection(r.Context(), id)
		if err != nil && !errors.Is(err, connection.ErrNotFound) {
			return nil, err
		}
		if err == nil && c.Links.Shut(one) {
			found = append(found, one)
		}
	}
	return found, nil
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
	fleets := make([]uuid.UUID, len(of))
	for i, one := range of {
		fleets[i] = one.Fleet
	}
	name, err := c.fleets(r, fleets)
	if err != nil {
		return nil, err
	}
	rows := make([]linkRow, len(of))
	for i, one := range of {
		row := linkRow{ID: one.ID, Look: health(one, c.Links.Shut(one)), TSP: displayName(c.TSPs, one.TSP), Problem: cut(c.problemOf(one, who), longestWhy),
			Waiting: counted(waits[one.ID].Count), Since: waits[one.ID].Since, Fleet: name(one.Fleet)}
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

// fleets tells how some fleets are called: by their names, and by the begin of its id one that has none.
func (c *Console) fleets(r *http.Request, ids []uuid.UUID) (func(uuid.UUID) string, error) {
	named, err := c.Connections.FleetNames(r.Context(), ids)
	return func(id uuid.UUID) string { return cmp.Or(named[id], head(id)) }, err
}
