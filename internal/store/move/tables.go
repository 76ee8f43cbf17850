package move

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// moved are the tables that are moved, those first to which others refer.
var moved = []string{
	"partner", "fleet", "client", "client_secret", "client_deleted", "revocation", "share_grant", "connection",
	"connection_draft", "connection_leaving", "record", "record_reach", "record_reference", "import_schedule",
	"import_execution", "operation", "operation_count", "attempt", "step", "exchange", "verification", "idempotency", "chain_hold", "receiver", "subscription",
	"subscription_leaving", "event", "delivery", "delivery_count", "delivery_log", "delivery_number", "feed", "audit",
	"job", "operator", "operator_code", "operator_session", "meta",
}

// stays are the tables that belong to one database, and why.
var stays = map[string]string{
	"call_count":       "counts the calls of the last hours for a chart, which begins anew",
	"goose_db_version": "says which migrations this database has had",
	"release_reach":    "says which releases run over the tables of this database",
	"change":           "tells processes what to forget, and none of them remembers anything of another database",
	"writer":           "numbers the commits of this database",
	"lock":             "is held by processes that run, and none runs",
	"replica":          "names processes that run, and none runs",
	"lane":             "says who works on what waits, and nobody does; what waits is found in the tables",
}

// river is how the names of the tables begin that River keeps: they say what is to be worked on at once, which is
// found in the tables.
const river = "river_"

// own are the names in the table meta that belong to one database: when it was last alive, how far its clock is behind
// the machine's, what it is a copy of, a probe of its disk, which lanes are closed, and the mark of the move.
const own = `'beat', 'lanes', 'clock offset', 'backup', 'probe', '` + MarkName + `'`

// table is one that is moved.
type table struct {
	engine.Table
	// keys are the places of the columns of the primary key, in the key's order.
	keys []int
	// bytes tells, by the place of a column, that one of the databases keeps it as bytes.
	bytes []bool
	// total is how many rows the source has.
	total int64
}

// planned are the tables of both sides that are moved, in their order.
func planned(ctx context.Context, from, to engine.Whole) ([]table, error) {
	source, err := from.Tables(ctx)
	if err != nil {
		return nil, err
	}
	target, err := to.Tables(ctx)
	if err != nil {
		return nil, err
	}
	if err := refuseUnknown(source); err != nil {
		return nil, err
	}
	all := make([]table, len(moved))
	for i, name := range moved {
		a, b := named(source, name), named(target, name)
		t := table{Table: b, bytes: make([]bool, len(b.Columns))}
		for at, c := range b.Columns {
			other := slices.IndexFunc(a.Columns, func(o engine.Column) bool { return o.Name == c.Name })
			if other < 0 || len(a.Columns) != len(b.Columns) {
				return nil, fmt.Errorf("the table %s has other columns in the one database than in the other, so that "+
					"nothing was moved: both must be as `waybill migrate` makes them", name)
			}
			t.bytes[at] = c.Bytes || a.Columns[other].Bytes
			if c.Key > 0 {
				t.keys = append(t.keys, at)
			}
		}
		slices.SortFunc(t.keys, func(x, y int) int { return b.Columns[x].Key - b.Columns[y].Key })
		all[i] = t
	}
	return all, nil
}

// refuseUnknown refuses a database with tables of which nobody knows whether they are to be moved.
func refuseUnknown(all []engine.Table) error {
	for _, t := range all {
		if stays[t.Name] == "" && !strings.HasPrefix(t.Name, river) && !slices.Contains(moved, t.Name) {
			return fmt.Errorf("the table %s in the database that is to be moved is none of Waybill's, and nothing was "+
				"moved: put it into another database or schema, or drop it", t.Name)
		}
	}
	return nil
}

func named(all []engine.Table, name string) engine.Table {
	for _, t := range all {
		if t.Name == name {
			return t
		}
	}
	return engine.Table{Name: name}
}

// names are the columns at these places as a list in a statement.
func (t table) names(at []int) string {
	names := make([]string, len(at))
	for i, place := range at {
		names[i] = quoted(t.Columns[place].Name)
	}
	return strings.Join(names, ", ")
}

// all are all columns as a list in a statement.
func (t table) all() string {
	at := make([]int, len(t.Columns))
	for i := range at {
		at[i] = i
	}
	return t.names(at)
}

// where leaves out what is not moved, and adds conditions.
func (t table) where(conditions ...string) string {
	if t.Name == "meta" {
		conditions = append(conditions, `"name" NOT IN (`+own+`)`)
	}
	if len(conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(conditions, " AND ")
}

// key is that of a row.
func (t table) key(row []any) []any {
	values := make([]any, len(t.keys))
	for i, at := range t.keys {
		values[i] = row[at]
	}
	return values
}

// count counts the rows of a table.
func (t table) count(ctx context.Context, in engine.Whole) (n int64, err error) {
	err = in.Read(ctx, `SELECT count(*) FROM `+quoted(t.Name)+t.where(), nil,
		func(r engine.Row) error { return r.Scan(&n) })
	return n, err
}

// Both databases read a name in double quotes as it is.
func quoted(name string) string { return `"` + name + `"` }
