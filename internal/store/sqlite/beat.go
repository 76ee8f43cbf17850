package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// The names under which the database keeps its beat, a backup the time at which it was taken, and a
// probe what it tries with.
const (
	metaBeat   = "beat"
	metaBackup = "backup"
	metaProbe  = "probe"
)

// beat is noted in the database and then in the file beside it, whenever something was written. So
// the file's is never the newer one, whatever dies: if it is, the database is older than what it
// last held, as one that was put back. n grows with each beat, over restores and wrong clocks; it
// is mostly the time in microseconds, so that two databases that went apart do not count alike. at
// is the time of the beat. database tells one database from another that came to lie under its name.
type beat struct {
	database uuid.UUID
	n        int64
	at       time.Time
}

// A beat has always the same length, so that writing it over the last one needs no room on the disk.
const (
	beatForm = "%s %019d %019d\n"
	beatSize = 36 + 1 + 19 + 1 + 19 + 1
)

func (b beat) text() []byte { return fmt.Appendf(nil, beatForm, b.database, b.n, micros(b.at)) }

// parseBeat returns the zero beat for what is none, as after a loss of power.
func parseBeat(text []byte) beat {
	var id string
	var n, at int64
	if _, err := fmt.Sscanf(string(text), beatForm, &id, &n, &at); err != nil {
		return beat{}
	}
	database, err := uuid.Parse(id)
	if err != nil {
		return beat{}
	}
	return beat{database, n, fromMicros(at)}
}

// noted is the beat in the file beside the database.
func (h *hold) noted() beat {
	text := make([]byte, beatSize)
	n, _ := h.beside.ReadAt(text, 0)
	return parseBeat(text[:n])
}

// write does not wait for the disk: a file that is behind after a loss of power raises no alarm.
func (h *hold) write(b beat) error {
	if _, err := h.beside.WriteAt(b.text(), 0); err != nil {
		return fmt.Errorf("noting the beat beside the database: %w", err)
	}
	return nil
}

// note writes the beat beside the database.
func (h *hold) note(b beat) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errClosed
	}
	return h.write(b)
}

// Standing tells for which time the database stands. It is asked before the first beat, which
// covers what it is told from. Without a beat beside it nothing is known but what a backup says of
// itself: the file was removed, or the database brought from another machine.
func (db *DB) Standing(ctx context.Context) (fence.Standing, error) {
	taken, err := db.Meta(ctx, metaBackup)
	if err != nil {
		return fence.Standing{}, err
	}
	last, err := db.lastBeat(ctx)
	if err != nil {
		return fence.Standing{}, err
	}
	s := fence.Standing{At: last.at}
	for _, end := range []string{"", "-wal", "-shm", ".lock"} {
		// Where modes mean nothing there is nothing to tell.
		if info, err := os.Stat(db.path + end); err == nil && runtime.GOOS != "windows" {
			s.Exposed = s.Exposed || info.Mode().Perm()&0o070 != 0
			s.Public = s.Public || info.Mode().Perm()&0o007 != 0
		}
	}
	if taken != nil {
		s.At, s.Restored = parseBeat(taken).at, true
	}
	if db.hold != nil {
		beside := db.hold.noted()
		s.Restored = s.Restored || last != (beat{}) && beside.database == last.database && beside.n > last.n
	}
	return s, nil
}

func (db *DB) lastBeat(ctx context.Context) (beat, error) {
	text, err := db.Meta(ctx, metaBeat)
	return parseBeat(text), err
}

// Beat looks after the files and notes that the database is alive, if something was written since
// the last beat or the last write failed. It is called each second or so by whoever works on the
// lanes. The first beat says that what Standing told was taken care of.
func (db *DB) Beat(ctx context.Context) error {
	var err error
	if db.hold != nil {
		// Also beside a database that is gone: the next start then knows that there was one.
		err = db.keepHold()
	}
	if t := db.writer.guard.check(); t != nil {
		if db.hold != nil && t.Lost {
			err = db.hold.tell(t)
		}
		return errors.Join(t, err)
	}
	if err != nil || db.hold == nil {
		return err
	}
	if db.writer.trouble.Load() != nil {
		if err := db.probe(ctx); err != nil {
			return err
		}
	}
	if db.begun.Load() && db.writer.unbeaten.Load() == 0 {
		return nil
	}
	return db.beat(ctx)
}

// probeSize is what must have room before a disk counts as usable again, some writes' worth: on a
// full one a small write may succeed where the next one fails, and health would be told for each.
const probeSize = 256 << 10

// probe tries whether the database can be written again, by a value that is taken out again.
func (db *DB) probe(ctx context.Context) error {
	err := db.SetMeta(ctx, metaProbe, make([]byte, probeSize))
	if err == nil {
		err = db.SetMeta(ctx, metaProbe, nil)
	}
	if err != nil {
		if t := troubleOf(err); t != nil {
			return t
		}
		return err
	}
	db.writer.trouble.Store(nil)
	return nil
}

// keepHold makes a lost hold known to the writer.
func (db *DB) keepHold() error {
	err := db.hold.keep()
	if t, lost := err.(*fence.Trouble); lost {
		return db.writer.guard.lose(t)
	}
	return err
}

// beat writes one.
func (db *DB) beat(ctx context.Context) error {
	last, err := db.lastBeat(ctx)
	if err != nil {
		return err
	}
	next := beat{last.database, last.n, db.now()}
	if next.database == uuid.Nil {
		next.database = uuid.New()
	}
	if beside := db.hold.noted(); beside.database == next.database {
		next.n = max(next.n, beside.n)
	}
	next.n = max(next.n+1, micros(next.at))
	err = db.do(ctx, func(tx *tx) error {
		if err := tx.exec(`DELETE FROM meta WHERE name = ?1`, metaBackup); err != nil {
			return err
		}
		err := tx.exec(setMeta, metaBeat, next.text())
		tx.beats()
		return err
	})
	if err != nil {
		return fmt.Errorf("noting that the database is alive: %w", err)
	}
	db.begun.Store(true)
	return db.hold.note(next)
}
