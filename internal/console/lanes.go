package console

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// LaneHere is one lane that this process works on.
type LaneHere struct {
	// Kind is connection, receiver or import, and ID that of what it belongs to.
	Kind  string
	ID    uuid.UUID
	Label string
	// Waits is a word of the dispatcher for what it waits, and Until when that is over, where that is known.
	Waits  string
	Until  time.Time
	Flying int
}

// LanesHere are those that this process works on.
type LanesHere interface {
	// Lanes lists lanes, those that are kept from their work first, and tells how many there are in all.
	Lanes(most int) (some []LaneHere, all int)
}

// lanesView is what the page of the lanes shows.
type lanesView struct {
	// Rows are the lanes of connections over all processes, and Older where the list of them goes on.
	Rows  []laneRow
	Older string
	First bool
	// Here are those at work in this process, of All that are.
	Here []hereRow
	All  int
}

// laneRow is the lane of a connection, whoever works on it.
type laneRow struct {
	Look          Look
	Name, Path    string
	Says, Waiting string
	Since         time.Time
	Rate, Runner  string
}

// laneRows are lanes of connections as the page shows them.
func (c *Console) laneRows(r *http.Request, who Visitor, all []lane.Lane) ([]laneRow, error) {
	fleets := make([]uuid.UUID, len(all))
	for i, l := range all {
		fleets[i] = l.Connection.Fleet
	}
	name, err := c.fleets(r, fleets)
	if err != nil {
		return nil, err
	}
	rows := make([]laneRow, len(all))
	for i, l := range all {
		of := l.Connection
		row := laneRow{Look: Look{"Open", "active", ok}, Name: displayName(c.TSPs, of.TSP) + " of " + name(of.Fleet), Path: connectionPath(of.ID),
			Waiting: counted(l.Waiting.Count), Since: l.Waiting.Since, Rate: of.Rate.String(), Runner: l.Runner}
		switch {
		case l.State == lane.Paused:
			row.Look, row.Says = Look{"Paused", "paused", idle}, pausedBy(of)
		case l.State == lane.Held || c.Links.Shut(of):
			row.Look, row.Says = Look{"Held", "held", wait}, cut(c.problemOf(of, who), longestWhy)
		}
		rows[i] = row
	}
	return rows, nil
}

// hereRow is a lane that this process works on.
type hereRow struct {
	LaneHere
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
	w, err := placeOf(r, page.List{Path: lanesPath})
	if err != nil {
		return answer{}, err
	}
	found, err := c.Lanes.List(r.Context(), w)
	if err != nil {
		return answer{}, err
	}
	v := lanesView{First: w.Place.IsZero(), Older: beside(lanesPath, url.Values{}, found.Next, false)}
	if v.Rows, err = c.laneRows(r, who, found.Items); err != nil {
		return answer{}, err
	}
	v.Here, v.All, err = c.lanesHere(r)
	return answer{sheet: sheet{name: "lanes", Title: "Lanes", Place: "Lanes", Content: v}}, err
}

// lanesHere are lanes that this process works on, of all that it does.
func (c *Console) lanesHere(r *http.Request) (rows []hereRow, all int, err error) {
	lanes, all := c.Here.Lanes(mostLanes)
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
		return nil, 0, err
	}
	of := map[uuid.UUID]operation.Waiting{}
	for _, w := range waiting {
		of[w.Connection] = w
	}
	links, name, err := c.linksOf(r, ids)
	if err != nil {
		return nil, 0, err
	}
	for _, l := range lanes {
		row := hereRow{LaneHere: l, Name: head(l.ID)}
		row.Look, row.Says = laneLook(l.Waits)
		if l.Kind == "receiver" {
			row.Name = "Webhooks " + head(l.ID)
		} else if conn, known := links[l.ID]; known {
			row.Name, row.Path = displayName(c.TSPs, conn.TSP)+" of "+name(conn.Fleet), connectionPath(l.ID)
		}
		if l.Kind == "connection" {
			row.Waiting, row.Since = counted(of[l.ID].Count), of[l.ID].Since
		}
		rows = append(rows, row)
	}
	return rows, all, nil
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
