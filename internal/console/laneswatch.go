package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// lanesShown are the rows of lanes that a page shows, as they are now, and how many it would show beside them.
func (c *Console) lanesShown(r *http.Request, who Visitor) ([]fragment, error) {
	w, err := placeOf(r, page.List{Path: lanesPath})
	if err != nil {
		return nil, err
	}
	found, err := c.Lanes.List(r.Context(), w)
	if err != nil {
		return nil, err
	}
	var shown []uuid.UUID
	for text := range strings.SplitSeq(r.FormValue("watch"), ",") {
		if id, err := uuid.Parse(text); err == nil && len(shown) < rowsShown {
			shown = append(shown, id)
		}
	}
	unseen := 0
	lanes := slices.DeleteFunc(found.Items, func(l lane.Lane) bool {
		if !slices.Contains(shown, l.Connection.ID) {
			unseen++
			return true
		}
		return false
	})
	var gone []uuid.UUID
	lanes, gone, err = c.withGone(r, lanes, shown)
	if err != nil {
		return nil, err
	}
	v := lanesView{}
	if v.Rows, err = c.laneRows(r, who, lanes); err != nil {
		return nil, err
	}
	for i := range v.Rows {
		v.Rows[i].Gone = slices.Contains(gone, v.Rows[i].ID)
	}
	if unseen > 0 {
		v.Unseen = newer{counted(operation.Count{N: unseen}), with(lanesPath, pageOf(r))}
	}
	if err := c.hereShown(r, &v); err != nil {
		return nil, err
	}
	return c.laneParts(r, who, v)
}

// withGone adds the lanes that are shown and not listed there any more, and tells which those are.
func (c *Console) withGone(r *http.Request, lanes []lane.Lane, shown []uuid.UUID) (all []lane.Lane, gone []uuid.UUID, err error) {
	var of []connection.Connection
	for _, id := range shown {
		if slices.ContainsFunc(lanes, func(l lane.Lane) bool { return l.Connection.ID == id }) {
			continue
		}
		conn, err := c.Naming.Connection(r.Context(), id)
		if errors.Is(err, connection.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		of = append(of, conn)
	}
	if len(of) == 0 {
		return lanes, nil, nil
	}
	more, err := c.Lanes.Among(r.Context(), of)
	for _, l := range more {
		// It may be held now, and stand on another page for that.
		if l.State == lane.Open && l.Waiting.N == 0 {
			gone = append(gone, l.Connection.ID)
		}
	}
	return append(lanes, more...), gone, err
}

// hereShown are the rows of this process's lanes that a page shows.
func (c *Console) hereShown(r *http.Request, v *lanesView) (err error) {
	lanes, all := c.Here.Lanes(mostSought)
	v.All = all
	keys := strings.Split(r.FormValue("here"), ",")
	keys = keys[:min(mostLanes, len(keys))]
	lanes = slices.DeleteFunc(lanes, func(l LaneHere) bool { return !slices.Contains(keys, hereRow{LaneHere: l}.Key()) })
	for _, key := range keys {
		kind, text, _ := strings.Cut(key, "-")
		id, err := uuid.Parse(text)
		if err == nil && slices.Contains([]string{"connection", "receiver", "import"}, kind) &&
			!slices.ContainsFunc(lanes, func(l LaneHere) bool { return l.Kind == kind && l.ID == id }) {
			lanes = append(lanes, LaneHere{Kind: kind, ID: id, Waits: "gone"})
		}
	}
	if v.Here, err = c.hereRows(r, lanes); err != nil {
		return err
	}
	for i := range v.Here {
		if v.Here[i].Waits == "gone" {
			v.Here[i].Gone, v.Here[i].Says = true, "It is not at work any more."
		}
	}
	return nil
}

// laneParts are the parts of the page that change in place.
func (c *Console) laneParts(r *http.Request, who Visitor, v lanesView) (all []fragment, err error) {
	s := sheet{name: "lanes", Place: "Lanes", Content: v}
	if all, err = c.around(r, who, s); err != nil {
		return nil, err
	}
	add := func(id, name string, v lanesView) {
		s.Content = v
		text, failed := c.part(r, who, s, name)
		err = errors.Join(err, failed)
		all = append(all, fragment{ID: id, HTML: text})
	}
	add("newer", "newer", v)
	add("here", "here", v)
	for _, row := range v.Rows {
		add("lane-"+row.ID.String(), "lane-rows", lanesView{Runs: c.Many, Rows: []laneRow{row}})
	}
	for _, row := range v.Here {
		add("here-"+row.Key(), "here-rows", lanesView{Here: []hereRow{row}})
	}
	return all, err
}

// pageOf are the parameters of a request that say which page of a list it is for.
func pageOf(r *http.Request) url.Values {
	if text := r.FormValue("page"); text != "" {
		return url.Values{"page": {text}}
	}
	return url.Values{}
}
