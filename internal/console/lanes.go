package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// lanesView is what the page of the lanes shows.
type lanesView struct {
	// Rows are the lanes of connections over all processes, and Older where the list of them goes on.
	Rows  []laneRow
	Older string
	// Runs tells that one of several processes works on each.
	Runs  bool
	First bool
	// Here are those at work in this process, of All that are.
	Here []hereRow
	All  int
	// Unseen are lanes that this page would show if it was loaded again.
	Unseen newer
}

// laneRow is the lane of a connection, whoever works on it.
type laneRow struct {
	ID            uuid.UUID
	Look          Look
	Name, Path    string
	Says, Waiting string
	Since         time.Time
	Rate, Runner  string
	// Until is when it opens; Untold tells that this is not known.
	Until  time.Time
	Untold bool
	// Gone tells that nothing waits in it any more, and nothing keeps it.
	Gone bool
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
		row := laneRow{ID: of.ID, Until: l.Until, Untold: !l.Known && l.State == lane.Open, Name: displayName(c.TSPs, of.TSP) + " of " + name(of.Fleet), Path: connectionPath(of.ID),
			Waiting: counted(l.Waiting.Count), Since: l.Waiting.Since, Rate: of.Rate.String(), Runner: l.Runner}
		switch row.Look = laneState(l.State); {
		case l.State == lane.Paused:
			row.Says = pausedBy(of)
		case l.State == lane.Held:
			row.Says = cut(c.problemOf(of, who), longestWhy)
		case of.Status == connection.Active && c.Links.Shut(of):
			// This process alone knows; a lane of another one may be open here.
			row.Look, row.Says = health(of, true), "Its credentials were refused, and are checked again."
		case l.State == lane.Closed:
			row.Says = displayName(c.TSPs, of.TSP) + " asked to be left alone."
		case l.Waits == operation.RateLimited:
			row.Says = "A limit is used up for now."
		}
		rows[i] = row
	}
	return rows, nil
}

// laneState is how a lane looks by what is stored, in the words of waybill lane list.
func laneState(s lane.State) Look {
	return map[lane.State]Look{lane.Open: {"Open", "active", ok}, lane.Closed: {"Closed", "waiting", wait}, lane.Held: {"Held", "held", wait},
		lane.Paused: {"Paused", "paused", idle}}[s]
}

// lanesPath is that of the list.
const lanesPath = Root + "lanes"

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
	v := lanesView{Runs: c.Many, First: w.Place.IsZero(), Older: beside(lanesPath, url.Values{}, found.Next, false)}
	if v.Rows, err = c.laneRows(r, who, found.Items); err != nil {
		return answer{}, err
	}
	here, all := c.Here.Lanes(mostLanes)
	v.All = all
	if v.Here, err = c.hereRows(r, here); err != nil {
		return answer{}, err
	}
	var watch, beside []string
	for _, row := range v.Rows {
		watch = append(watch, row.ID.String())
	}
	for _, row := range v.Here {
		beside = append(beside, row.Key())
	}
	return answer{sheet: sheet{name: "lanes", Title: "Lanes", Place: "Lanes", Content: v,
		watched: url.Values{"watch": {strings.Join(watch, ",")}, "here": {strings.Join(beside, ",")}}}}, err
}
