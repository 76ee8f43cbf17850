package sqlite

import (
	"context"
	"fmt"
	"os"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Space is how large the database and its log are, and what its disk has free for them, in bytes; free is
// -1 where that cannot be known.
func (e *Engine) Space() (database, log, free int64, err error) {
	info, err := os.Stat(e.path)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("looking at the size of the database: %w", err)
	}
	database = info.Size()
	if info, err := os.Stat(e.path + "-wal"); err == nil {
		log = info.Size()
	}
	free, err = freeAt(e.path)
	return database, log, free, err
}

// Guarded tells whether the table audit has the triggers of its migration and no others.
func (e *Engine) Guarded(ctx context.Context) (whole bool, err error) {
	err = e.kept.query(ctx, `SELECT count(*) = 2 AND coalesce(sum(name IN ('audit_is_not_changed', 'audit_is_not_deleted')
		AND sql LIKE '%BEFORE ' || CASE name WHEN 'audit_is_not_changed' THEN 'UPDATE'
			ELSE 'DELETE' END || ' ON audit%raise(ABORT,%'), 0) = 2
		FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'`, nil,
		func(r engine.Row) error { return r.Scan(&whole) })
	return whole, err
}
