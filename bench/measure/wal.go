package measure

import (
	"context"
	"encoding/binary"
	"os"
	"time"
)

// WAL counts what is written into the write-ahead log of a SQLite database, beside whoever writes it.
// It reads the header of the index of the log (https://sqlite.org/walformat.html, 2026-11-27): frames
// are pages with 24 bytes before them; the counter of changes goes up with each transaction.
type WAL struct {
	path   string
	frames uint32
	page   int64
	bytes  int64
	first  uint32
	last   uint32
}

// watchEvery is short beside the time in which a log fills up and begins anew; what is written between
// the last look and a new beginning is not counted.
const watchEvery = 5 * time.Millisecond

// WatchWAL counts until ctx ends; what it returns gives the count then.
func WatchWAL(ctx context.Context, database string) func() (bytes, commits int64) {
	w := &WAL{path: database + "-shm"}
	done := make(chan struct{})
	known := w.look()
	w.first, w.bytes = w.last, 0
	go func() {
		defer close(done)
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for known {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				w.look()
			}
		}
	}()
	return func() (int64, int64) {
		<-done
		return w.bytes, int64(w.last - w.first)
	}
}

// look reads the header, and tells whether there is one.
func (w *WAL) look() bool {
	f, err := os.Open(w.path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 48)
	if _, err := f.ReadAt(head, 0); err != nil {
		return false
	}
	w.last = binary.NativeEndian.Uint32(head[8:])
	w.page = int64(binary.NativeEndian.Uint16(head[14:]))
	frames := binary.NativeEndian.Uint32(head[16:])
	since := frames - w.frames
	if frames < w.frames {
		since = frames
	}
	w.frames = frames
	w.bytes += int64(since) * (w.page + 24)
	return true
}
