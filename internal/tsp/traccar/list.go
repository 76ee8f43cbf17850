package traccar

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// pageSize keeps a page of records with full attributes within what is read of an answer.
const pageSize = 200

// list reads one page, from the place that the cursor tells. The server sorts by name, and equal
// names as its database likes, so a record on the edge of a page may be missed until the next
// import.
func list(path, collection string, keep func(object) bool, fields func(object) any) rest.List {
	return func(ctx context.Context, send rest.Send, cursor string) (tsp.Page, error) {
		place, _ := strconv.Atoi(cursor)
		a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: path, Query: url.Values{
			"all": {"true"}, "limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(place)}}})
		if err != nil {
			return tsp.Page{}, err
		}
		sources, err := rest.Decode[[]jsontext.Value](a)
		if err != nil {
			return tsp.Page{}, err
		}
		page := tsp.Page{}
		for _, source := range sources {
			var o object
			if err := json.Unmarshal(source, &o); err != nil || o.id() == "" {
				return tsp.Page{}, a.Unexpected("one of the "+collection+" has an unexpected shape", err)
			}
			if keep(o) {
				page.Records = append(page.Records, tsp.Record{Collection: collection, SourceID: o.id(), Fields: encoded(fields(o)), Source: source})
			}
		}
		if len(sources) == pageSize {
			page.Next = strconv.Itoa(place + pageSize)
		}
		return page, nil
	}
}

func listDevices(keep func(object) bool, fields func(object) any) rest.List {
	return list(devicesPath, devices, keep, fields)
}

func listDrivers() rest.List {
	return list(driversPath, drivers, func(object) bool { return true }, driverFields)
}

// isTrailer tells trailers from vehicles.
func isTrailer(want bool) func(object) bool {
	return func(o object) bool { return (o.text("category") == trailerCategory) == want }
}
