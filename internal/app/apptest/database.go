//go:build unix

package apptest

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
	"github.com/waybill-dev/waybill/internal/store/sqlite/sqlitetest"
)

// overPostgreSQL ends the name of each test whose parts run over PostgreSQL; all others run over a SQLite file.
const overPostgreSQL = "OverPostgreSQL"

// Database returns the URL of a migrated database of the test's own.
func Database(t *testing.T) string {
	t.Helper()
	if strings.Contains(t.Name(), overPostgreSQL) {
		return postgrestest.Migrated(t, postgres.Migrate)
	}
	return sqlitetest.Migrated(t)
}
