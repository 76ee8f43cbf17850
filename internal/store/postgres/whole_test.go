package postgres_test

import (
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestADatabaseIsMovedInTransactionsThatTakeAsLongAsTheyMust(t *testing.T) {
	t.Parallel()
	url := postgrestest.Migrated(t, postgres.Migrate)
	conn := connected(t, url)
	if _, err := conn.Exec(t.Context(), `DO $$ BEGIN
		IF EXISTS (SELECT FROM pg_settings WHERE name = 'transaction_timeout') THEN
			EXECUTE format('ALTER DATABASE %I SET transaction_timeout = ''1min''', current_database());
		END IF;
	END $$`); err != nil {
		t.Fatal(err)
	}
	w, err := postgres.OpenWhole(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	bound := "0"
	err = w.Write(t.Context(), func(engine.Loading) error {
		return w.Read(t.Context(), `SELECT setting FROM pg_settings WHERE name = 'transaction_timeout'`, nil,
			func(r engine.Row) error { return r.Scan(&bound) })
	})
	if err != nil || bound != "0" {
		t.Errorf("it takes %s ms at most: %v", bound, err)
	}
}
