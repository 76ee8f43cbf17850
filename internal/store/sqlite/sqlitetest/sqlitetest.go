// Package sqlitetest gives tests SQLite files that need no migrations, which takes longer than most of what is tested on
// them.
package sqlitetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

// migrated is what a file holds that was made and closed, and that nobody has used.
var migrated struct {
	sync.Mutex
	file []byte
}

// Migrated returns the path of a file of the test's own that is as sqlite.Migrate makes one.
func Migrated(t testing.TB) string {
	t.Helper()
	file, err := template(t.Context())
	if err != nil {
		t.Fatalf("preparing a database to copy: %v", err)
	}
	path := filepath.Join(t.TempDir(), "waybill.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// template makes the file once for all tests of this process.
func template(ctx context.Context) (file []byte, err error) {
	migrated.Lock()
	defer migrated.Unlock()
	if migrated.file != nil {
		return migrated.file, nil
	}
	folder, err := os.MkdirTemp("", "waybill-migrated-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "waybill.db")
	if err := sqlite.Migrate(ctx, path, time.Now); err != nil {
		return nil, err
	}
	migrated.file, err = os.ReadFile(path)
	return migrated.file, err
}
