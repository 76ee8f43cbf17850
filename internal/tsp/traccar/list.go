package traccar

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// pageSize keeps a page of records with full attributes, in any script, within what is read of
// an answer.
const pageSize = 50

// longest is as much as is read of the records that hold a text, which the server does not divide
// into pages.
const longest = 16 << 20

// table is where records of one collection are read.
type table struct{ path, collection string }

func deviceTable() table { return table{devicesPath, devices} }
func driverTable() table { return table{driversPath, drivers} }

// row is a record as it was read.
type row struct {
	object
	source jsontext.Value
}

// read asks for everything that the caller may see; without "all" that is for administrators
// only what is linked to them.
func (t table) read(ctx context.Context, send rest.Send, narrow url.Values) ([]row, rest.Answer, error) {
	query := url.Values{"all": {"true"}}
	maps.Copy(query, narrow)
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: t.path, Query: query, Most: longest})
	if err != nil {
		return nil, a, err
	}
	sources, err := rest.Decode[[]jsontext.Value](a)
	if err != nil {
		return nil, a, err
	}
	rows := make([]row, len(sources))
	for i, source := range sources {
		rows[i].source = source
		if err := json.Unmarshal(source, &rows[i].object); err != nil || rows[i].id() == "" {
			return nil, a, a.Unexpected("one of the "+t.collection+" has an unexpected shape", err)
		}
	}
	return rows, a, nil
}

// paged narrows a list to the page that begins at a place.
func paged(place int) url.Values {
	return url.Values{"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(place)}}
}

// keyword narrows a list to records that hold a text. It becomes a pattern of SQL, where a
// backslash takes the meaning of the next character and an underscore stands for any.
func keyword(text string) url.Values {
	return url.Values{"keyword": {strings.ReplaceAll(text, `\`, "_")}}
}

// list reads one page, from the place that the cursor tells.
func (t table) list(keep func(object) bool, fields func(object) any) rest.List {
	return func(ctx context.Context, send rest.Send, ask tsp.List) (tsp.Page, error) {
		cursor := ask.Cursor
		from, last, _ := strings.Cut(cursor, " ")
		place, _ := strconv.Atoi(from)
		rows, _, err := t.read(ctx, send, paged(place))
		if err != nil {
			return tsp.Page{}, err
		}
		page := tsp.Page{}
		if len(rows) == pageSize {
			page.Next = strconv.Itoa(place+pageSize) + " " + rows[pageSize-1].text("name")
		}
		if last != "" && len(rows) > 0 && strings.EqualFold(last, rows[0].text("name")) {
			if rows, err = t.namesakes(ctx, send, rows, last); err != nil {
				return tsp.Page{}, err
			}
		}
		for _, r := range rows {
			if keep(r.object) {
				page.Records = append(page.Records, tsp.Record{Collection: t.collection, SourceID: r.id(),
					Fields: encoded(fields(r.object)), Source: r.source})
			}
		}
		return page, nil
	}
}

// namesakes adds to the rows of a page whatever else has the name on its edge: the server sorts
// by name alone, and databases may order equal names anew for each page, so that one is on none.
func (t table) namesakes(ctx context.Context, send rest.Send, rows []row, name string) ([]row, error) {
	met := map[resource.SourceID]bool{}
	for _, r := range rows {
		met[r.id()] = true
	}
	more, _, err := t.read(ctx, send, keyword(name))
	for _, r := range more {
		if strings.EqualFold(name, r.text("name")) && !met[r.id()] {
			rows = append(rows, r)
		}
	}
	return rows, err
}

// isTrailer tells trailers from vehicles.
func isTrailer(want bool) func(object) bool {
	return func(o object) bool { return (o.text("category") == trailerCategory) == want }
}
