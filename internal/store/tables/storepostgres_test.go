package tables_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
	"github.com/waybill-dev/waybill/internal/store/storetest"
)

func TestStoreOnPostgreSQL(t *testing.T) {
	t.Parallel()
	server := postgrestest.Shared(t)
	storetest.Run(t, func(t *testing.T) storetest.Engine {
		return shared{server, server.Migrated(t, postgres.Migrate)}
	})
}

// shared is a database on a server that others share.
type shared struct {
	server *postgrestest.Server
	url    string
}

// Open opens the database.
func (s shared) Open(ctx context.Context, o store.Options) (store.Store, error) {
	return store.Open(ctx, s.url, o)
}

// OpenBeside opens it as one more process does.
func (s shared) OpenBeside(ctx context.Context, o store.Options) (store.Store, error) {
	over, err := postgres.OpenBeside(ctx, s.url, o.Now)
	if err != nil {
		return nil, err
	}
	return beside(ctx, over, o)
}

// Crash ends all sessions and copies what they have committed.
func (s shared) Crash(t *testing.T) storetest.Engine {
	t.Helper()
	return shared{s.server, s.server.Copy(t, s.url)}
}

// Raw is what the tables hold, as they hold it. What was deleted is not in it: when that is overwritten is the
// server's affair.
func (s shared) Raw(t *testing.T) []byte {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var names string
	err = conn.QueryRow(t.Context(), `SELECT string_agg(quote_ident(tablename), ' ') FROM pg_tables
		WHERE schemaname = 'public'`).Scan(&names)
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, name := range strings.Fields(names) {
		if _, err := conn.PgConn().CopyTo(t.Context(), &all, `COPY `+name+` TO STDOUT (FORMAT binary)`); err != nil {
			t.Fatal(err)
		}
	}
	return all.Bytes()
}
