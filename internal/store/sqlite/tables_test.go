package sqlite

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/tables"
)

// under is a file beneath its tables.
type under struct {
	*tables.DB
	file *Engine
}

// opened is a file of its own with its tables.
func opened(t *testing.T) under {
	t.Helper()
	file, err := Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return topped(t.Context(), t, file, file)
}

// topped puts tables over a file that may be changed for a test.
func topped(ctx context.Context, t *testing.T, file *Engine, changed engine.Database) under {
	t.Helper()
	db, err := tables.Open(ctx, changed, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return under{db, file}
}

// column reads a column of a query.
func column[T any](t *testing.T, e *Engine, query string, args ...any) (all []T) {
	t.Helper()
	err := e.Query(t.Context(), engine.Kept, query, args, func(r engine.Row) error {
		var v T
		err := r.Scan(&v)
		all = append(all, v)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
