//go:build unix

package postgrestest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// asked returns what a database answers, as text.
func asked(t *testing.T, url, query string) (answer string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if err := conn.QueryRow(t.Context(), query).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return answer
}

func TestEachTestHasADatabaseOfItsOwnThatIsAsTheFirstWasMigrated(t *testing.T) {
	t.Parallel()
	postgrestest.EachVersion(t, func(t *testing.T, s *postgrestest.Server) {
		t.Log(asked(t, s.URL("postgres"), `SELECT version()`))
		migrations := 0
		migrate := func(ctx context.Context, url string) error {
			migrations++
			conn, err := pgx.Connect(ctx, url)
			if err != nil {
				return err
			}
			_, err = conn.Exec(ctx, `CREATE TABLE thing AS SELECT 'made' AS name`)
			return errors.Join(err, conn.Close(ctx))
		}
		one, other := s.Migrated(t, migrate), s.Migrated(t, migrate)
		asked(t, one, `UPDATE thing SET name = 'changed' RETURNING name`)
		if got := asked(t, other, `SELECT name FROM thing`); got != "made" {
			t.Errorf("one test sees what another one has done: %s", got)
		}
		if got := asked(t, s.Database(t), `SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'`); got != "0" {
			t.Errorf("an empty database holds %s tables", got)
		}
		if migrations > 1 {
			t.Errorf("it was migrated %d times", migrations)
		}
	})
}
