package sqlite

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
)

// beside counts the connections that bring the log into the file from now on.
func (db *DB) beside(t *testing.T) *atomic.Int64 {
	t.Helper()
	n, g := new(atomic.Int64), db.writer.guard
	pool, err := driver.Open(location(db.path, "_txlock=immediate"), func(c *sqlite3.Conn) error {
		n.Add(1)
		return begin(c, g)
	})
	if err == nil {
		err = db.do(t.Context(), func(tx *tx) error { tx.log.pool = pool; return nil })
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

func TestWhoeverReadsForLongDoesNotHaveTheLogBroughtAgainAndAgain(t *testing.T) {
	t.Parallel()
	db := opened(t)
	brought := db.beside(t)
	release := db.Reads(t)
	defer release()
	const size, logs = 200 << 10, 3
	for n := range logs * longLog * 4096 / size {
		// What is written as it was makes the log no longer.
		part := bytes.Repeat([]byte{byte(n)}, size)
		if err := db.SetMeta(t.Context(), fmt.Sprint(n%64), part); err != nil {
			t.Fatal(err)
		}
	}
	db.writer.stop()
	if n := brought.Load(); n < 1 || n > logs {
		t.Errorf("the log was brought %d times while it grew to %d times its length", n, logs)
	}
}

func TestTheLogIsBroughtIntoTheFileBesideTheWriter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db, err := Open(t.Context(), path, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	brought := db.beside(t)
	const page, most = 4096, 5 * longLog
	megabyte := make([]byte, 1<<20)
	for n := range 2 * most * page >> 20 {
		if err := db.SetMeta(t.Context(), fmt.Sprint(n%64), megabyte); err != nil {
			t.Fatal(err)
		}
	}
	log, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if log.Size() > most*page {
		t.Errorf("the log is %d MB long", log.Size()>>20)
	}
	file, err := os.Stat(path)
	db.writer.stop()
	if open := db.writer.log.pool.Stats().OpenConnections; open != 0 || brought.Load() == 0 {
		t.Errorf("of %d connections beside the writer %d are left", brought.Load(), open)
	}
	if err != nil || file.Size() < 32<<20 {
		t.Errorf("the file holds %d MB of 64: %v", file.Size()>>20, err)
	}
}
