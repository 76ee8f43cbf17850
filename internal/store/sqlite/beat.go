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
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// The names under which the database keeps its beat, and a backup the time at which it was taken.
const (
	metaBeat   = "beat"
	metaBackup = "backup"
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
		return engine.ErrClosed
	}
	return h.write(b)
}

// Standing tells for which time the database stands. It is asked before the first beat, which
// covers what it is told from. Without a beat beside it nothing is known but what a backup says of
// itself: the file was removed, or the database brought from another machine.
func (e *Engine) Standing(ctx context.Context) (fence.Standing, error) {
	taken, err := e.meta(ctx, metaBackup)
	if err != nil {
		return fence.Standing{}, err
	}
	last, err := e.lastBeat(ctx)
	if err != nil {
		return fence.Standing{}, err
	}
	s := fence.Standing{At: last.at}
	for _, end := range []string{"", "-wal", "-shm", ".lock"} {
		// Where modes mean nothing there is nothing to tell.
		if info, err := os.Stat(e.path + end); err == nil && runtime.GOOS != "windows" {
			s.Exposed = s.Exposed || info.Mode().Perm()&0o070 != 0
			s.Public = s.Public || info.Mode().Perm()&0o007 != 0
		}
	}
	if taken != nil {
		s.At, s.Restored = parseBeat(taken).at, true
	}
	if e.hold != nil {
		beside := e.hold.noted()
		s.Restored = s.Restored || last != (beat{}) && beside.database == last.database && beside.n > last.n
	}
	return s, nil
}

// meta is a value of the table meta, nil if there is none.
func (e *Engine) meta(ctx context.Context, name string) (value []byte, err error) {
	err = e.kept.query(ctx, `SELECT value FROM meta WHERE name = ?1`, []any{name},
		func(r engine.Row) error { return r.Scan(&value) })
	return value, err
}

func (e *Engine) lastBeat(ctx context.Context) (beat, error) {
	text, err := e.meta(ctx, metaBeat)
	return parseBeat(text), err
}

// Notice looks after the files.
func (e *Engine) Notice(context.Context) error {
	var err error
	if e.hold != nil {
		// Also beside a database that is gone: the next start then knows that there was one.
		err = e.keepHold()
	}
	if t := e.guard.check(); t != nil {
		if e.hold != nil && t.Lost {
			err = e.hold.tell(t)
		}
		return errors.Join(t, err)
	}
	return err
}

// keepHold makes a lost hold known to the session.
func (e *Engine) keepHold() error {
	err := e.hold.keep()
	if t, lost := err.(*fence.Trouble); lost {
		return e.guard.lose(t)
	}
	return err
}

// Beat notes that the database is alive, if something was written since the last beat, or its clock and the machine's
// are not the same. The first one says that what Standing told was taken care of. Those who work beside the service
// have none.
func (e *Engine) Beat(ctx context.Context, write engine.Writing) error {
	isOff := e.clock.isOff()
	if e.hold == nil || e.begun.Load() && e.session.unbeaten.Load() == 0 && !isOff && !e.noted.Load() {
		return nil
	}
	last, err := e.lastBeat(ctx)
	if err != nil {
		return err
	}
	next := beat{last.database, last.n, e.Now()}
	if next.database == uuid.Nil {
		next.database = uuid.New()
	}
	if beside := e.hold.noted(); beside.database == next.database {
		next.n = max(next.n, beside.n)
	}
	next.n = max(next.n+1, micros(next.at))
	err = write(ctx, func(s engine.Statements) error {
		if err := s.Exec(`DELETE FROM meta WHERE name = ?1`, []any{metaBackup}); err != nil {
			return err
		}
		if err := e.keepOffset(s); err != nil {
			return err
		}
		err := s.Exec(`INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2`,
			[]any{metaBeat, next.text()})
		e.session.beats()
		return err
	})
	if err != nil {
		return fmt.Errorf("noting that the database is alive: %w", err)
	}
	e.begun.Store(true)
	e.noted.Store(isOff)
	return e.hold.note(next)
}

// micros is how times are noted, as all are that are stored.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros is its inverse, in UTC.
func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
