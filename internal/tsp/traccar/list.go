package traccar

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"net/url"
	"slices"
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

// longest is as much as is read of a list that the server does not divide into pages.
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

// paged narrows a list to the page that begins at a place. Servers before 6.13.0 know no pages and give
// the whole list (SimpleObjectResource).
func paged(place int) url.Values {
	return url.Values{"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(place)}}
}

// keyword narrows a list to records that hold a text. It becomes a pattern of SQL, where a
// backslash takes the meaning of the next character and an underscore stands for any.
func keyword(text string) url.Values {
	return url.Values{"keyword": {strings.ReplaceAll(text, `\`, "_")}}
}

// place is where a list goes on: what the page before held, by its digest, and the name on its edge.
type place struct {
	at     int
	digest string
	last   string
}

func (p place) cursor() string { return fmt.Sprintf("%d %s %s", p.at, p.digest, p.last) }

func placeOf(cursor string) (p place) {
	at, rest, _ := strings.Cut(cursor, " ")
	p.at, _ = strconv.Atoi(at)
	p.digest, p.last, _ = strings.Cut(rest, " ")
	return p
}

// digest is the same for the same records in any order.
func digest(rows []row) string {
	var ids []string
	for _, r := range rows {
		ids = append(ids, string(r.id()))
	}
	slices.Sort(ids)
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join(ids, " ")))
	return strconv.FormatUint(h.Sum64(), 36)
}

// list reads one page, from the place that the cursor tells. A page that repeats the one before comes
// from a server that does not know where a page begins; what it has is then read at once.
func (t table) list(keep func(object) bool, record recorder) rest.List {
	return func(ctx context.Context, send rest.Send, ask tsp.List) (page tsp.Page, err error) {
		from := placeOf(ask.Cursor)
		rows, _, err := t.read(ctx, send, paged(from.at))
		if err != nil {
			return page, err
		}
		seen := digest(rows)
		switch {
		case seen == from.digest && len(rows) > 0:
			rows, _, err = t.read(ctx, send, nil)
		case len(rows) == pageSize:
			page.Next = place{from.at + pageSize, seen, rows[pageSize-1].text("name")}.cursor()
			fallthrough
		default:
			rows, err = t.namesakes(ctx, send, rows, from.last)
		}
		if err != nil {
			return tsp.Page{}, err
		}
		for _, r := range rows {
			if !keep(r.object) {
				continue
			}
			one, err := record(ctx, send, r)
			if err != nil {
				return tsp.Page{}, err
			}
			page.Records = append(page.Records, one)
		}
		return page, nil
	}
}

// namesakes adds to the rows of a page whatever else has the name on the edge of the one before: the
// server sorts by name alone, and databases may order equal names anew for each page, so that one is on
// none.
func (t table) namesakes(ctx context.Context, send rest.Send, rows []row, name string) ([]row, error) {
	if name == "" || len(rows) == 0 || !strings.EqualFold(name, rows[0].text("name")) {
		return rows, nil
	}
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
