package store_test

import (
	"cmp"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// A machine's clock may be off: what a command writes is read by the service, on another machine.
func TestTimesAreThoseOfTheDatabaseForAServiceAndForACommandBesideIt(t *testing.T) {
	t.Parallel()
	url := postgrestest.Migrated(t, postgres.Migrate)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	// The database is an hour ahead.
	_, err = conn.Exec(t.Context(), `CREATE OR REPLACE FUNCTION clock_micros() RETURNS bigint LANGUAGE sql VOLATILE
		RETURN (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + 3600000000`)
	if err := cmp.Or(err, conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	ahead := func(what string, at time.Time) {
		t.Helper()
		if d := time.Until(at); d < 50*time.Minute || d > 70*time.Minute {
			t.Errorf("%s is %v ahead", what, d)
		}
	}
	db, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ahead("the service", db.Now())
	if err := db.Beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	stands, err := db.Standing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ahead("its beat", stands.At)
	beside, err := store.OpenBeside(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	ahead("a command", beside.Now())
	if err := cmp.Or(beside.Close(), db.Close()); err != nil {
		t.Error(err)
	}
}
