package tables_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// Of 60,000 operations 6,000 have failed, all of one partner, which the planner takes for a tenth of that.
func TestWhatFailedOfAPartnerIsCountedWithoutReadingAllOfIt(t *testing.T) {
	t.Parallel()
	const most = 2000
	url := postgrestest.Migrated(t, postgres.Migrate)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, text := range []string{`INSERT INTO operation (id, partner, connection, fleet, fleet_ref, tsp, kind, verb, order_key, payload, state, sync, tries,
			counted, next_at, deadline, collection, created_at, updated_at)
		SELECT decode(lpad(to_hex(i), 32, '0'), 'hex'), decode(lpad(to_hex(i % 10), 32, '0'), 'hex'), '\x03', '\x04', 'f', 'samsara', 'vehicle',
			'update', i, '{}', CASE WHEN i % 10 = 1 THEN 'failed' ELSE 'success' END, 0, 1, 1, 0, 0, 'vehicles', i, i FROM generate_series(1, 60000) i`,
		`VACUUM ANALYZE operation`, `SELECT pg_stat_reset()`} {
		if _, err := conn.Exec(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	db, err := store.Open(t.Context(), url, store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	tally, err := db.Tally(t.Context(), operation.Survey{Partner: uuid.UUID{15: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if want := (operation.Count{N: most, AtLeast: true}); tally.Of[operation.StageFailed] != want {
		t.Errorf("%+v have failed", tally.Of[operation.StageFailed])
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// A session tells what it has read once it has ended.
	var scans, fetched int64
	for deadline := time.Now().Add(time.Minute); scans == 0 && time.Now().Before(deadline); {
		err := conn.QueryRow(t.Context(), `SELECT idx_scan, idx_tup_fetch, pg_sleep(0.05) IS NULL FROM pg_stat_user_tables
			WHERE relname = 'operation' AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
				AND backend_type = 'client backend' AND pid <> pg_backend_pid())`).Scan(&scans, &fetched, nil)
		if err != nil && err != pgx.ErrNoRows {
			t.Fatal(err)
		}
	}
	// All of the partner's are counted along another index, and each of these is looked up.
	if scans == 0 || fetched > most+most/2 {
		t.Errorf("%d scans have looked up %d operations to count %d", scans, fetched, most)
	}
}
