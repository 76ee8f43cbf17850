package sqlite_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
	"github.com/waybill-dev/waybill/internal/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	migrated := file{filepath.Join(t.TempDir(), "migrated.db")}
	db, err := migrated.Open(t.Context(), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	storetest.Run(t, migrated.Crash)
}

// file is a database as the suite wants it.
type file struct{ path string }

// Open opens the file.
func (f file) Open(ctx context.Context, o store.Options) (store.Store, error) {
	return store.Open(ctx, f.path, o)
}

// OpenBeside opens it beside whoever has opened it.
func (f file) OpenBeside(ctx context.Context, o store.Options) (store.Store, error) {
	db, err := sqlite.OpenBeside(ctx, f.path, o.Now)
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

func TestOneProcessAloneWorksOnTheLanesOfAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	first, err := sqlite.Open(t.Context(), path, time.Now, func(fence.Lane) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), path, time.Now, nil); err == nil || !strings.Contains(err.Error(), "another waybill") {
		t.Errorf("a second one that nobody wakes: %v", err)
	}
	beside, err := sqlite.OpenBeside(t.Context(), path, time.Now)
	if err != nil {
		t.Fatalf("a command beside it: %v", err)
	}
	for _, db := range []*sqlite.DB{beside, first} {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	next, err := sqlite.Open(t.Context(), path, time.Now, nil)
	if err != nil {
		t.Fatalf("the next one: %v", err)
	}
	if err := next.Close(); err != nil {
		t.Error(err)
	}
}
