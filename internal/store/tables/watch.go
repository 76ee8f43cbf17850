package tables

import "time"

// Watch is store.Watch, which this package cannot name.
type Watch interface {
	Read(took time.Duration)
	Wrote(took time.Duration)
	Committed(writes int, took time.Duration)
	SentAway()
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

// wasSentAway tells of a write that might not wait for its turn. Others than accepts wait, but for the end.
func (w *writer) wasSentAway(k kind) {
	if w.watch != nil && k == accepts {
		w.watch.SentAway()
	}
}
