package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store"
)

// migrated is a database that nobody has used yet. Making its tables takes longer than most tests.
var migrated = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "waybill-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "w.db")
	if err := store.Migrate(context.Background(), path, time.Now); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// Fresh is a store over an SQLite database of a test's own, for tests of rooms that need a real one.
func Fresh(t *testing.T, now func() time.Time) store.Store {
	t.Helper()
	text, err := migrated()
	path := filepath.Join(t.TempDir(), "w.db")
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), path, store.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
