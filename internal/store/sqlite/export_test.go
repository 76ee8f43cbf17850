package sqlite

import (
	"database/sql"
	"testing"
)

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

// HoldLists takes all connections by which lists are read, until they are released.
func (db *DB) HoldLists(t *testing.T) (release func()) {
	t.Helper()
	var held []*sql.Conn
	for range listReaders {
		conn, err := db.lists.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	return func() {
		for _, conn := range held {
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
