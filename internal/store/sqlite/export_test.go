package sqlite

import "testing"

// Reads holds a reading open, as a backup does that takes long, until it is released.
func (db *DB) Reads(t *testing.T) (release func()) {
	t.Helper()
	tx, err := db.read.BeginTx(t.Context(), nil)
	if err == nil {
		_, err = tx.ExecContext(t.Context(), `SELECT count(*) FROM meta`)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// WalkAtMost has lists look at so many entries for a window.
func (db *DB) WalkAtMost(n int) { db.walked = n }
