package tables

import (
	"context"
	"slices"
	"strconv"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// SurveyConnections walks along the index of each status in turn, without the credentials, until a window is full.
func (db *DB) SurveyConnections(ctx context.Context, of connection.Survey) (all []connection.Connection, err error) {
	ctx, end := db.listing(ctx)
	defer end()
	statuses, w := slices.Clone(of.Statuses), of.Window
	if w.Backwards {
		slices.Reverse(statuses)
	}
	if !w.Place.IsZero() {
		at := slices.Index(statuses, connection.Status(w.Place.Text))
		statuses = statuses[max(at, 0):]
	}
	for _, status := range statuses {
		c := conditions{}
		// The time is that of the index, which no other statement asks for.
		c.add("status = ? AND created_at > 0", string(status))
		rest := page.Window{Limit: w.Limit - len(all), Backwards: w.Backwards}
		if string(status) == w.Place.Text {
			rest.Place = w.Place
		}
		some, err := window(ctx, db, selection{connectionShown, ` FROM connection INDEXED BY connection_survey`, c}, rest,
			func(row scanner) (connection.Connection, error) { return scanShownConnection(row) })
		if err != nil {
			return nil, err
		}
		if w.Backwards {
			all = append(some, all...)
		} else {
			all = append(all, some...)
		}
		if len(all) == w.Limit {
			break
		}
	}
	return all, nil
}

// TallyConnections counts in the index of each status.
func (db *DB) TallyConnections(ctx context.Context) (all []connection.Tally, err error) {
	ctx, end := db.listing(ctx)
	defer end()
	for _, status := range connection.Listed() {
		of, err := shown(ctx, db, `SELECT tsp, count(*) FROM (SELECT tsp FROM connection INDEXED BY connection_survey
			WHERE status = ? AND created_at > 0 LIMIT `+strconv.Itoa(db.walked+1)+`) counted GROUP BY tsp ORDER BY tsp`,
			func(row scanner) (t connection.Tally, err error) {
				var name string
				err = row.Scan(&name, &t.N)
				t.Status, t.TSP = status, tsp.Name(name)
				return t, err
			}, string(status))
		if err != nil {
			return nil, err
		}
		sum := 0
		for _, t := range of {
			sum += t.N
		}
		for i := range of {
			of[i].AtLeast = sum > db.walked
		}
		all = append(all, of...)
	}
	return all, nil
}
