package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestADatabaseThatWasReadFromADumpIntoAnotherServerIsKnown(t *testing.T) {
	t.Parallel()
	url := database(t, postgrestest.Shared(t))
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	e, err := postgres.Open(t.Context(), url, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	s := writing(t, e)
	beats := 0
	beat := func() {
		t.Helper()
		err := e.Beat(t.Context(), func(_ context.Context, run func(engine.Statements) error) error {
			beats++
			begin(t, s)
			if err := run(s); err != nil {
				return err
			}
			_, err := s.Commit()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	beat()
	beat()
	write(t, s, `INSERT INTO thing (id) VALUES (1)`)
	beat()
	if beats != 2 {
		t.Errorf("%d beats", beats)
	}
	if stands, err := e.Standing(t.Context()); err != nil || !stands.At.Equal(at) || stands.Restored {
		t.Errorf("%+v, %v", stands, err)
	}
	write(t, s, `UPDATE meta SET value = convert_to(replace(convert_from(value, 'UTF8'), '"cluster":"', '"cluster":"1'), 'UTF8')`)
	if stands, err := e.Standing(t.Context()); err != nil || !stands.At.Equal(at) || !stands.Restored {
		t.Errorf("from another server: %+v, %v", stands, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestTheSizeOfTheDatabaseIsTold(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	if size, log, free, err := e.Space(); err != nil || size < 1<<20 || log != -1 || free != -1 {
		t.Errorf("%d, %d, %d, %v", size, log, free, err)
	}
}

func TestAnAuditLogWhoseTriggersWereTurnedOffIsNotGuarded(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	for _, c := range []struct {
		does  string
		whole bool
	}{
		{`SELECT 1`, true},
		{`ALTER TABLE audit DISABLE TRIGGER audit_is_not_deleted`, false},
		{`ALTER TABLE audit ENABLE TRIGGER audit_is_not_deleted`, true},
		{`DROP TRIGGER audit_is_not_truncated ON audit`, false},
	} {
		if _, err := connected(t, url).Exec(t.Context(), c.does); err != nil {
			t.Fatal(err)
		}
		if whole, err := e.Guarded(t.Context()); err != nil || whole != c.whole {
			t.Errorf("after %s: %t, %v", c.does, whole, err)
		}
	}
}

func TestTheTimeIsTheDatabases(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	before := time.UnixMicro(read[int64](t, e, `SELECT clock_micros()`))
	now := e.Now()
	after := time.UnixMicro(read[int64](t, e, `SELECT clock_micros()`))
	if now.Before(before.Add(-time.Second)) || now.After(after.Add(time.Second)) {
		t.Errorf("%s, and the database's is between %s and %s", now, before, after)
	}
}
