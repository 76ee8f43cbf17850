package console

import (
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/operation"
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

// hereRow is a lane that this process works on.
type hereRow struct {
	LaneHere
	Look    Look
	Says    string
	Name    string
	Path    string
	Waiting string
	Since   time.Time
	// Gone tells that it is not at work any more.
	Gone bool
}

// Key names the row in the page.
func (h hereRow) Key() string { return h.Kind + "-" + h.ID.String() }

// mostLanes bounds the lanes of this process that the page shows, and mostSought those among which the ones are found again
// that it shows.
const (
	mostLanes  = 50
	mostSought = 1000
)

// hereRows are lanes that this process works on as the page shows them.
func (c *Console) hereRows(r *http.Request, lanes []LaneHere) (rows []hereRow, err error) {
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
		return nil, err
	}
	of := map[uuid.UUID]operation.Waiting{}
	for _, w := range waiting {
		of[w.Connection] = w
	}
	links, name, err := c.linksOf(r, ids)
	if err != nil {
		return nil, err
	}
	for _, l := range lanes {
		row := hereRow{LaneHere: l, Name: head(l.ID)}
		row.Look, row.Says = laneLook(l.Waits)
		if l.Kind == "receiver" {
			row.Name = "Webhooks " + head(l.ID)
		} else if conn, known := links[l.ID]; known {
			row.Name, row.Path = displayName(c.TSPs, conn.TSP)+" of "+name(conn.Fleet), connectionPath(l.ID)
			if conn.Status == connection.Paused {
				// Until is when it looks again, and goes on if somebody has resumed it.
				row.Look, row.Says, row.Until = laneState(lane.Paused), "Its connection is paused.", time.Time{}
			}
		}
		if l.Kind == "connection" {
			row.Waiting, row.Since = counted(of[l.ID].Count), of[l.ID].Since
		}
		rows = append(rows, row)
	}
	return rows, nil
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
		return Look{"Suspect", "suspect", wait}, "Its credentials were refused, and are checked again."
	case "opening":
		return laneState(lane.Held), "What it belongs to takes nothing at the moment."
	case "pause":
		return laneState(lane.Closed), "The other side asked to be left alone."
	case "limit":
		return laneState(lane.Open), "A limit is used up for now."
	case "place":
		return laneState(lane.Open), "As many calls are under way as may be at once."
	case "time":
		return laneState(lane.Open), "The next try of what failed comes later."
	}
	return laneState(lane.Open), "Nothing keeps it."
}
