package sqlite

import (
	"fmt"
	"os"
	"time"
)

// Watch is store.Watch, which this package cannot name.
type Watch interface {
	Read(took time.Duration)
	Wrote(took time.Duration)
	Committed(writes int, took time.Duration)
}

// WatchWith has the costs told, before the first reading and write.
func (db *DB) WatchWith(w Watch) { db.writer.watch = w }

// wasRead tells of a reading that began at a time.
func (db *DB) wasRead(began time.Time) {
	if w := db.writer.watch; w != nil {
		w.Read(time.Since(began))
	}
}

// wrote tells of a write that was asked for at a time.
func (w *writer) wrote(began time.Time) {
	if w.watch != nil {
		w.watch.Wrote(time.Since(began))
	}
}

// wasCommitted tells of a group whose transaction began at a time.
func (w *writer) wasCommitted(writes int, began time.Time) {
	if w.watch != nil {
		w.watch.Committed(writes, time.Since(began))
	}
}

// Queued is how many writes wait for the writer, by class.
func (db *DB) Queued() map[string]int { return db.writer.queue.lengths() }

// Space is how large the database and its log are, and what its disk has free for them, in bytes; free is
// -1 where that cannot be known.
func (db *DB) Space() (database, log, free int64, err error) {
	info, err := os.Stat(db.path)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("looking at the size of the database: %w", err)
	}
	database = info.Size()
	if info, err := os.Stat(db.path + "-wal"); err == nil {
		log = info.Size()
	}
	free, err = freeAt(db.path)
	return database, log, free, err
}
