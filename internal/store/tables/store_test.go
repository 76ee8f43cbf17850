package tables_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
	"github.com/waybill-dev/waybill/internal/store/storetest"
	"github.com/waybill-dev/waybill/internal/store/tables"
)

// The suite runs every statement of the store, and the lists theirs with all filters; so what they are, and how the engine
// carries them out, is known afterwards.
func TestStore(t *testing.T) {
	t.Parallel()
	heard := recording(t.Name())
	migrated := file{filepath.Join(t.TempDir(), "migrated.db")}
	db, err := migrated.Open(t.Context(), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if !t.Run("suite", func(t *testing.T) { storetest.Run(t, migrated.Crash) }) {
		return
	}
	t.Run("no statement reads a table that grows", func(t *testing.T) {
		db := opened(t, migrated.path)
		for _, ask := range lists(db, ids{uuid.UUID{1}, uuid.UUID{2}, uuid.UUID{3}, uuid.UUID{4}, uuid.UUID{5}}, 99) {
			if err := ask.run(t.Context()); err != nil {
				t.Fatalf("%s: %v", ask.says, err)
			}
		}
		for _, text := range runElsewhere() {
			heard.texts[text] = true
		}
		judgePlans(t, heard, migrated)
	})
	t.Run("what a statement outdates is known by its text", func(t *testing.T) { everyChangeIsSeen(t, heard, migrated) })
	t.Run("nor does one in PostgreSQL", func(t *testing.T) { judgePlansOfPostgres(t, heard) })
	t.Run("no statement was forgotten", func(t *testing.T) { everyStatementWasHeard(t, heard) })
}

// opened opens a file beside whoever works over it, until the test ends.
func opened(t *testing.T, path string) *tables.DB {
	t.Helper()
	db, err := tables.OpenFile(t.Context(), path, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// file is a database as the suite wants it.
type file struct{ path string }

// Open opens the file.
func (f file) Open(ctx context.Context, o store.Options) (store.Store, error) {
	return store.Open(ctx, f.path, o)
}

// OpenBeside opens it beside whoever has opened it.
func (f file) OpenBeside(ctx context.Context, o store.Options) (store.Store, error) {
	over, err := sqlite.OpenBeside(ctx, f.path, o.Now)
	if err != nil {
		return nil, err
	}
	return beside(ctx, over, o)
}

// beside puts tables over a database beside whoever has opened it.
func beside(ctx context.Context, over engine.Database, o store.Options) (store.Store, error) {
	db, err := tables.Open(ctx, over, o.Now, nil)
	if err != nil || o.Sealing == nil {
		return db, err
	}
	with, err := o.Sealing(ctx, db)
	db.SealWith(with)
	return db, err
}

// Raw is the file and the log beside it.
func (f file) Raw(t *testing.T) (all []byte) {
	t.Helper()
	for _, part := range []string{"", "-wal"} {
		data, err := os.ReadFile(f.path + part)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}

// Crash copies what is on disk, the log of what is committed included, while it is open.
func (f file) Crash(t *testing.T) storetest.Engine {
	t.Helper()
	left := file{filepath.Join(t.TempDir(), "w.db")}
	for _, part := range []string{"", "-wal"} {
		data, err := os.ReadFile(f.path + part)
		if os.IsNotExist(err) {
			continue
		}
		if err == nil {
			err = os.WriteFile(left.path+part, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return left
}
