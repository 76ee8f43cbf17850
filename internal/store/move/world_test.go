package move_test

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	// The driver registers itself as "sqlite3".
	_ "github.com/ncruces/go-sqlite3/driver"

	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

// file is a SQLite file as the test sees it, past the code that is tested.
type file struct {
	*sql.DB
	t    testing.TB
	path string
}

// opened opens a file that is there.
func opened(t testing.TB, path string) file {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+
		"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(on)&_pragma=synchronous(off)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return file{db, t, path}
}

// made makes a file of this release.
func made(t testing.TB, path string) file {
	t.Helper()
	if err := sqlite.Migrate(t.Context(), path, time.Now); err != nil {
		t.Fatal(err)
	}
	return opened(t, path)
}

func (f file) exec(text string, args ...any) {
	f.t.Helper()
	if _, err := f.ExecContext(f.t.Context(), text, args...); err != nil {
		f.t.Fatalf("%s: %v", text, err)
	}
}

// rows are the rows of a query, each as one line of what its columns are stored as.
func (f file) rows(text string) (all []string) {
	f.t.Helper()
	found, err := f.QueryContext(f.t.Context(), text)
	if err != nil {
		f.t.Fatalf("%s: %v", text, err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		f.t.Fatal(err)
	}
	for found.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			f.t.Fatal(err)
		}
		line := ""
		for i, v := range values {
			line += fmt.Sprintf("%s=%T:%v ", columns[i], v, shown(v))
		}
		all = append(all, line)
	}
	if err := found.Err(); err != nil {
		f.t.Fatal(err)
	}
	return all
}

func shown(v any) any {
	if b, ok := v.([]byte); ok {
		return hex.EncodeToString(b)
	}
	if text, ok := v.(string); ok {
		return fmt.Sprintf("%q", text)
	}
	return v
}

// tables are the names of those that hold what the store keeps.
func (f file) tables() (names []string) {
	for _, line := range f.rows(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
		AND name NOT IN ('goose_db_version', 'change', 'call_count') ORDER BY name`) {
		_, name, _ := strings.Cut(strings.Trim(line, " "), `:`)
		names = append(names, strings.Trim(name, `"`))
	}
	return names
}

// all is everything that the store keeps, by table.
func (f file) all() map[string][]string {
	f.t.Helper()
	all := map[string][]string{}
	for _, name := range f.tables() {
		where := ""
		if name == "meta" {
			where = ` WHERE name NOT IN ('move', 'beat')`
		}
		columns := f.rows(`SELECT count(*) AS n FROM pragma_table_info('` + name + `')`)
		var n int
		_, _ = fmt.Sscanf(columns[0], "n=int64:%d", &n)
		order := make([]string, n)
		for i := range order {
			order[i] = fmt.Sprint(i + 1)
		}
		all[name] = f.rows(`SELECT * FROM ` + name + where + ` ORDER BY ` + strings.Join(order, ", "))
	}
	return all
}

// world fills each table with rows of anything that its columns can hold.
func (f file) world(seed uint64, rows int) {
	f.t.Helper()
	w := world{rand.New(rand.NewPCG(seed, seed)), map[string][]any{}}
	for _, name := range []string{"partner", "fleet", "client", "client_secret", "connection", "share_grant"} {
		f.fill(w, name, rows)
	}
	for _, name := range f.tables() {
		if w.keys[name] == nil && name != "delivery_number" {
			f.fill(w, name, rows)
		}
	}
	f.exec(`UPDATE delivery_number SET aside = 77`)
	f.exec(`UPDATE receiver SET url = ? WHERE id = (SELECT min(id) FROM receiver)`, strings.Repeat("long\x00", 1<<20))
}

// world is what rows are made of. keys are the first columns of the rows that were made, by table.
type world struct {
	*rand.Rand
	keys map[string][]any
}

// column is a column of a table, and the table to which it refers.
type column struct {
	table, name, kind, refers string
	needed, key               bool
}

// fill adds rows to a table.
func (f file) fill(w world, table string, rows int) {
	f.t.Helper()
	info, err := f.QueryContext(f.t.Context(), `SELECT c.name, c.type, c."notnull", c.pk > 0, coalesce((SELECT k."table"
		FROM pragma_foreign_key_list(?1) k WHERE k."from" = c.name), '') FROM pragma_table_info(?1) c ORDER BY c.cid`, table)
	if err != nil {
		f.t.Fatal(err)
	}
	var columns []column
	var places []string
	for info.Next() {
		c := column{table: table}
		if err := info.Scan(&c.name, &c.kind, &c.needed, &c.key, &c.refers); err != nil {
			f.t.Fatal(err)
		}
		columns, places = append(columns, c), append(places, "?")
	}
	if err := info.Err(); err != nil {
		f.t.Fatal(err)
	}
	for n := range rows {
		values := make([]any, len(columns))
		for i, c := range columns {
			values[i] = w.value(c, n)
		}
		f.exec(`INSERT INTO `+table+` VALUES (`+strings.Join(places, ", ")+`)`, values...)
		w.keys[table] = append(w.keys[table], values[0])
	}
}

// value is one for a column of the nth row.
func (w world) value(c column, n int) any {
	switch {
	case c.table == "client" && c.refers != "" && (n%2 == 0) != (c.refers == "partner"):
		return nil
	case c.refers != "" && c.key:
		return w.keys[c.refers][n%len(w.keys[c.refers])]
	case c.refers != "":
		return w.keys[c.refers][w.IntN(len(w.keys[c.refers]))]
	case c.name == "seq":
		return int64(n*3 + 1)
	case (c.key || c.name == "id" || strings.HasPrefix(c.table, "operator_") && c.name == "hash") && c.kind == "BLOB":
		return bytesOf(w.Rand, 16)
	case c.key && c.kind == "INTEGER":
		return w.Int64()
	case !c.needed && !c.key && w.IntN(3) == 0:
		return nil
	}
	return anything(w.Rand, c.kind, c.table != "audit" && !c.key)
}

func bytesOf(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// anything is a value of a type. What may be sealed is bytes in a column of texts.
func anything(r *rand.Rand, kind string, sealed bool) any {
	switch kind {
	case "INTEGER":
		return []int64{0, 1, -1, math.MaxInt64, math.MinInt64, r.Int64()}[r.IntN(6)]
	case "REAL":
		return r.Float64()
	case "BLOB":
		return bytesOf(r, r.IntN(40))
	}
	if sealed && r.IntN(5) == 0 {
		return bytesOf(r, r.IntN(60))
	}
	tail := hex.EncodeToString(bytesOf(r, 8))
	return []string{"plain ", "", "with NUL \x00\x00 in it ", "\x01\x03no escape ", "Grüße, 運転手 🚚 ",
		"no UTF-8 \xff\xfe\x80 ", "\u0001", "\xed\xa0\x80"}[r.IntN(8)] + tail
}
