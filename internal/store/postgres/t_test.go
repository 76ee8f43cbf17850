package postgres_test

import (
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestTimes(t *testing.T) {
	url := postgrestest.Migrated(t, postgres.Migrate)
	for range 3 {
		b := time.Now()
		url = postgrestest.Migrated(t, postgres.Migrate)
		t.Log("copy", time.Since(b))
		b = time.Now()
		if err := postgres.Migrate(t.Context(), url); err != nil {
			t.Fatal(err)
		}
		t.Log("migrate", time.Since(b))
		b = time.Now()
		e := running(t, url)
		t.Log("open", time.Since(b))
		b = time.Now()
		s := writing(t, e)
		t.Log("session", time.Since(b))
		b = time.Now()
		write(t, s, `INSERT INTO meta (name, value) VALUES ('a', 'b')`)
		t.Log("write", time.Since(b))
		b = time.Now()
		write(t, s, `INSERT INTO meta (name, value) VALUES ('b', 'b')`)
		t.Log("write", time.Since(b))
		b = time.Now()
		s.Close()
		e.Close()
		t.Log("close", time.Since(b))
	}
}
