package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/operation"
)

// Lane is one lane that this process works on.
type Lane struct {
	// Kind is connection, receiver or import, and ID that of what it belongs to.
	Kind  string
	ID    uuid.UUID
	Label string
	// Waits is a word of the dispatcher for what it waits, and Until when that is over, where that is known.
	Waits  string
	Until  time.Time
	Flying int
}

// Lanes are those that this process works on.
type Lanes interface {
	// Lanes lists lanes, those that are kept from their work first, and tells how many there are in all.
	Lanes(most int) (some []Lane, all int)
}

// lanesView is what the page of the lanes shows.
type lanesView struct {
	// Queues are the lanes of connections over all processes, and Older where the list of them goes on.
	Queues []queueRow
	Older  string
	// Runs tells that it is known of some which process works on them.
	Runs  bool
	First bool
	Rows  []laneRow
	All   int
}

// queueRow is the lane of a connection, whoever works on it.
type queueRow struct {
	Look          Look
	Name, Path    string
	Says, Waiting string
	Since         time.Time
	Rate, Runner  string
}

// queueRows are lanes of connections as the page shows them.
func (c *Console) queueRows(r *http.Request, who Visitor, all []lane.Lane) ([]queueRow, error) {
	fleets := make([]uuid.UUID, len(all))
	for i, l := range all {
		fleets[i] = l.Connection.Fleet
	}
	name, err := c.fleets(r, fleets)
	if err != nil {
		return nil, err
	}
	rows := make([]queueRow, len(all))
	for i, l := range all {
		of := l.Connection
		row := queueRow{Name: displayName(c.TSPs, of.TSP) + " of " + name(of.Fleet), Path: connectionPath(of.ID),
			Waiting: counted(l.Waiting.Count), Since: l.Waiting.Since, Rate: of.Rate.String(), Runner: l.Runner}
		switch row.Look = laneState(l.State); {
		case l.State == lane.Paused:
			row.Says = pausedBy(of)
		case l.State == lane.Held:
			row.Says = cut(c.problemOf(of, who), longestWhy)
		case of.Status == connection.Active && c.Links.Shut(of):
			// This process alone knows; a lane of another one may be open here.
			row.Look, row.Says = health(of, true), "Its credentials were refused, and are checked again."
		}
		rows[i] = row
	}
	return rows, nil
}

// laneState is how a lane looks by what is stored, in the words of waybill lane list.
func laneState(s lane.State) Look {
	return map[lane.State]Look{lane.Open: {"Open", "active", ok}, lane.Held: {"Held", "held", wait}, lane.Paused: {"Paused", "paused", idle}}[s]
}

// laneRow is a lane in the list.
type laneRow struct {
	Lane
	Look    Look
	Says    string
	Name    string
	Path    string
	Waiting string
	Since   time.Time
}

// lanesPath is that of the list.
const lanesPath = Root + "lanes"

// mostLanes bounds the lanes of the page.
const mostLanes = 100

// showLanes shows who holds what up.
func (c *Console) showLanes(r *http.Request, who Visitor) (answer, error) {
	from, err := lane.ReadPlace(r.FormValue("from"))
	if err != nil {
		return answer{}, lane.NoPlace(err)
	}
	queues, next, err := c.Queues.List(r.Context(), from, rowsShown)
	if err != nil {
		return answer{}, err
	}
	lanes, all := c.Lanes.Lanes(mostLanes)
	v := lanesView{All: all, First: from == lane.Place{}}
	if next != nil {
		v.Older = with(lanesPath, url.Values{"from": {next.String()}})
	}
	if v.Queues, err = c.queueRows(r, who, queues); err != nil {
		return answer{}, err
	}
	v.Runs = slices.ContainsFunc(v.Queues, func(q queueRow) bool { return q.Runner != "" })
	var ids, writes []uuid.UUID
	for _, l := range lanes {
		if l.Kind == "connection" {
			writes = append(writes, l.ID)
		}
		if l.Kind != "receiver" {
			ids = append(ids, l.ID)
		}
	}
	waiting, err := c.Connections.Waiting(r.Context(), writes)
	if err != nil {
		return answer{}, err
	}
	of := map[uuid.UUID]operation.Waiting{}
	for _, w := range waiting {
		of[w.Connection] = w
	}
	links, name, err := c.linksOf(r, ids)
	if err != nil {
		return answer{}, err
	}
	for _, l := range lanes {
		row := laneRow{Lane: l, Name: head(l.ID)}
		row.Look, row.Says = laneLook(l.Waits)
		if l.Kind == "receiver" {
			row.Name = "Webhooks " + head(l.ID)
		} else if conn, known := links[l.ID]; known {
			row.Name, row.Path = displayName(c.TSPs, conn.TSP)+" of "+name(conn.Fleet), connectionPath(l.ID)
		}
		if l.Kind == "connection" {
			row.Waiting, row.Since = counted(of[l.ID].Count), of[l.ID].Since
		}
		v.Rows = append(v.Rows, row)
	}
	return answer{sheet: sheet{name: "lanes", Title: "Lanes", Place: "Lanes", Content: v}}, nil
}

// linksOf are some connections, and how their fleets are called. One may have been deleted since its lane was listed.
func (c *Console) linksOf(r *http.Request, ids []uuid.UUID) (map[uuid.UUID]connection.Connection, func(uuid.UUID) string, error) {
	links := map[uuid.UUID]connection.Connection{}
	var fleets []uuid.UUID
	for _, id := range ids {
		conn, err := c.Naming.Connection(r.Context(), id)
		if err != nil && !errors.Is(err, connection.ErrNotFound) {
			return nil, nil, err
		}
		if err == nil {
			links[id], fleets = conn, append(fleets, conn.Fleet)
		}
	}
	name, err := c.fleets(r, fleets)
	return links, name, err
}

// laneLook is how a lane looks that waits for something, and what that is.
func laneLook(waits string) (Look, string) {
	switch waits {
	case "store":
		return Look{"Held", "held", bad}, "The store could not be read."
	case "bar":
		return Look{"Held", "held", wait}, "Its credentials were refused."
	case "opening":
		return Look{"Held", "held", wait}, "What it belongs to takes nothing at the moment."
	case "pause":
		return Look{"Closed", "waiting", wait}, "The other side asked to be left alone."
	case "limit":
		return Look{"Open", "active", ok}, "A limit is used up for now."
	case "place":
		return Look{"Open", "active", ok}, "As many calls are under way as may be at once."
	case "time":
		return Look{"Open", "active", ok}, "The next try of what failed comes later."
	}
	return Look{"Open", "active", ok}, "Nothing keeps it."
}
