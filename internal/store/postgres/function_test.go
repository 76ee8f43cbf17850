package postgres_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestWhatBothDatabasesAreAskedMeansTheSame(t *testing.T) {
	t.Parallel()
	postgrestest.EachVersion(t, func(t *testing.T, s *postgrestest.Server) {
		both := newPair(t, s)
		for _, query := range []string{
			`SELECT unhex('00ff'), unhex('')`,
			`SELECT instr('a/b', '/'), instr('ab', '/'), instr(NULL, '/'), instr('äb/', '/')`,
			`SELECT substr('stream/key', 1, instr('stream/key', '/'))`,
			`SELECT max(0, n - 1), max(2, n), min(n, 0), min(n, n), max(n, NULL), min(NULL, n)
				FROM (SELECT count(*) AS n) AS x`,
			`SELECT max(seq, (SELECT count(*) FROM meta)) FROM (SELECT count(*) AS seq) AS x`,
			`SELECT value FROM json_each('["b", "a", "", "ä", "1"]')`,
			`SELECT count(*) FROM json_each('[]')`,
			`SELECT unhex(value) FROM json_each('["00", "ff80"]')`,
			`SELECT min(x), max(x) FROM (SELECT unhex(value) AS x FROM json_each('["80", "", "7f", "8000"]')) AS y`,
			`SELECT min(x), max(x) FROM (SELECT unhex(value) AS x FROM json_each('[]')) AS y`,
			`SELECT min(x), max(x) FROM (SELECT NULLIF(unhex(value), unhex('00')) AS x
				FROM json_each('["00", "01"]')) AS y`,
			`SELECT value FROM json_each('["b", "B", "a", "Z", "é", "e"]') ORDER BY value COLLATE ` + "%COLLATION",
		} {
			lite := told(t, both.lite, strings.ReplaceAll(query, "%COLLATION", "BINARY"))
			pg := told(t, both.pg, strings.ReplaceAll(query, "%COLLATION", `"C"`))
			if diff := cmp.Diff(lite, pg); diff != "" {
				t.Errorf("%s\nSQLite (-) and PostgreSQL (+) differ:\n%s", query, diff)
			}
		}
	})
}

func TestAParameterOfJSONEachIsAText(t *testing.T) {
	t.Parallel()
	db := newPair(t, postgrestest.Shared(t)).pg
	got := told(t, db, `SELECT value FROM json_each($1)`, `["a", "b"]`)
	if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" {
		t.Error(diff)
	}
	got = told(t, db, `SELECT count(*) FROM operation WHERE id IN (SELECT unhex(value) FROM json_each($1))`, `["00"]`)
	if diff := cmp.Diff([]string{"0"}, got); diff != "" {
		t.Error(diff)
	}
}

// filled puts operations into many lanes, and many into one.
const filled = `INSERT INTO operation (id, partner, connection, fleet, fleet_ref, tsp, kind, verb, order_key,
		payload, state, sync, tries, counted, next_at, deadline, collection, created_at, updated_at)
	SELECT uuid_send(gen_random_uuid()), unhex('01'),
		decode(lpad(to_hex(CASE WHEN i > 10000 THEN 3 ELSE i % 500 END), 4, '0'), 'hex'), unhex('02'), '', '', '', '',
		'k/' || i, '', CASE WHEN i % 10 = 0 THEN 'queued' ELSE 'success' END, 0, 0, 0, 0, 0, '', i, i
	FROM generate_series(1, 20000) AS i`

func TestOneStepOfAnIndexFindsWhatIsLeastOrNamed(t *testing.T) {
	t.Parallel()
	postgrestest.EachVersion(t, func(t *testing.T, s *postgrestest.Server) {
		db := newPair(t, s).pg
		for _, one := range []string{filled, `ANALYZE operation`} {
			if _, err := db.ExecContext(t.Context(), one); err != nil {
				t.Fatal(err)
			}
		}
		const live = ` AND state IN ('queued', 'sending', 'retry', 'unknown')`
		for _, c := range []struct{ query, index string }{
			{`SELECT min(connection) FROM operation WHERE connection > unhex('0003')` + live, "operation_"},
			{`SELECT max(connection) FROM operation WHERE connection > unhex('0003')` + live, "operation_"},
			{`SELECT min(order_key) FROM operation WHERE connection = unhex('0003')
				AND order_key > 'k/1'` + live, "operation_live"},
			{`SELECT seq FROM operation WHERE id IN (SELECT unhex(value)
				FROM json_each('["00", "01"]'))`, "operation_id_key"},
			{`SELECT tries FROM operation WHERE connection = unhex('0003')` + live + ` ORDER BY order_key, seq LIMIT 5`,
				"operation_live"},
		} {
			plan := strings.Join(explained(t, db, c.query), "\n")
			if !strings.Contains(plan, c.index) || strings.Contains(plan, "Seq Scan on operation") ||
				strings.Contains(plan, "Sort") {
				t.Errorf("%s\nis not answered by a step of %s:\n%s", c.query, c.index, plan)
			}
		}
	})
}

// explained returns the plan of a query.
func explained(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	return told(t, db, `EXPLAIN (COSTS OFF) `+query)
}
