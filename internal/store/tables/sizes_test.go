package tables_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

// Plans tell that an index is used, and not how much of it is read: of a list that asks more than its index knows, that
// is counted here. Both databases hold more, on either side of any window, than one window looks at.
func TestAListCostsTheSameHoweverMuchThereIs(t *testing.T) {
	t.Parallel()
	of := ids{partner: uuid.UUID{1}, fleet: uuid.UUID{2}, connection: uuid.UUID{3}, resource: uuid.UUID{4}, subscription: uuid.UUID{5}}
	heard := recording(t.Name())
	costs := [][]int{}
	for _, size := range []int{3_000, 9_000} {
		path := filepath.Join(t.TempDir(), fmt.Sprint(size, ".db"))
		if err := sqlite.Migrate(t.Context(), path, time.Now); err != nil {
			t.Fatal(err)
		}
		fill(t, path, of, size)
		db := opened(t, path)
		db.WalkAtMost(1_000)
		var all []int
		for _, ask := range lists(db, of, 2) {
			heard.reset()
			if err := ask.run(t.Context()); err != nil {
				t.Fatalf("%s: %v", ask.says, err)
			}
			all = append(all, heard.spent())
		}
		costs = append(costs, all)
	}
	for i, ask := range lists(nil, of, 2) {
		if was, is := costs[0][i], costs[1][i]; is > was*3/2+5000 && !ask.bound {
			t.Errorf("%d steps became %d: %s", was, is, ask.says)
		}
	}
}

// fill writes so many of all that grows, all of one partner, fleet, connection and subscription.
func fill(t *testing.T, path string, of ids, size int) {
	t.Helper()
	conn, err := sqlite3.Open("file:" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	numbers := fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, size)
	for _, write := range []string{
		`INSERT INTO fleet (id, name) VALUES ($fleet, 'f')`,
		`INSERT INTO connection (id, fleet, tsp, account, status, description, sealed, version, created_at, updated_at)
			VALUES ($connection, $fleet, 'samsara', 'a', 'active', '', x'00', 1, 1, 1)`,
		numbers + `INSERT INTO operation (id, partner, connection, fleet, fleet_ref, tsp, kind, verb, order_key, payload, state, sync, tries,
			counted, next_at, deadline, resource, source_id, collection, created_at, updated_at)
			SELECT randomblob(16), $partner, $connection, $fleet, 'f', 'samsara', 'message', 'create', i, '{}', 'success', 0, 1, 0, i, i,
			randomblob(16), i, '', i, i FROM n`,
		numbers + `INSERT INTO record (id, kind, fleet, tsp, account, collection, source_id, synthetic, imported, connection, shelf, sort_at,
			occurred_at, settled_at, created_at, updated_at, deleted_at, hash, fields, extras, source)
			SELECT CASE i WHEN 1 THEN $resource ELSE randomblob(16) END, 'message', $fleet, 'samsara', 'a', '', i, 0, 1, $connection, i % 2 * 8, i,
			i, 0, i, i, 0, '', '{}', '{}', '{}' FROM n`,
		`INSERT INTO record_reference (fleet, kind, member, value, sort_at, record)
			SELECT fleet, kind, 'driver_id', 'none', sort_at, seq FROM record`,
		numbers + `INSERT INTO delivery_log (id, subscription, event, event_name, status, status_code, created_at)
			SELECT randomblob(16), $subscription, randomblob(16), 'e', 'success', 200, i FROM n`,
		numbers + `INSERT INTO event (id, name, partner, subject, fleet, fleet_ref, occurred_at, data)
			SELECT CAST(printf('%016d', i) AS BLOB), 'e', $partner, $fleet, $fleet, 'f', i, '{}' FROM n`,
		numbers + `INSERT INTO delivery (subscription, event, subject, state, tries, next_at, created_at)
			SELECT $subscription, CAST(printf('%016d', i) AS BLOB), $fleet, 'dead', 1, i, i FROM n`,
	} {
		s, _, err := conn.Prepare(write)
		if err != nil {
			t.Fatalf("%s: %v", write, err)
		}
		for name, id := range map[string]uuid.UUID{"$partner": of.partner, "$fleet": of.fleet, "$connection": of.connection,
			"$resource": of.resource, "$subscription": of.subscription} {
			if i := s.BindIndex(name); i > 0 {
				_ = s.BindBlob(i, id[:])
			}
		}
		if err := s.Exec(); err != nil {
			t.Fatalf("%s: %v", write, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
