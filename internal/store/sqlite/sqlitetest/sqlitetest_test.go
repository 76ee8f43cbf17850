package sqlitetest_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/sqlite/sqlitetest"
)

// A file that would be migrated once more would not be the same afterwards; one beside a service refuses any that is not of
// this release.
func TestAFileIsMigratedAndTheTestsOwn(t *testing.T) {
	t.Parallel()
	one, other := sqlitetest.Migrated(t), sqlitetest.Migrated(t)
	before := contents(t, other)
	db, err := store.OpenBeside(t.Context(), one, time.Now)
	if err != nil {
		t.Fatalf("a file is not of this release: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	worked, err := store.Open(t.Context(), one, store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := worked.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(contents(t, other), before) || bytes.Equal(contents(t, one), before) {
		t.Error("two tests have one file")
	}
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
