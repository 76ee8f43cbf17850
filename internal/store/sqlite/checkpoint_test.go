package sqlite

import (
	"bytes"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/ncruces/go-sqlite3"
)

// brought counts the connections that bring the log into the file from now on.
func (db under) brought() *atomic.Int64 {
	n, log := new(atomic.Int64), &db.file.session.log
	open := log.open
	log.open = func() (*sqlite3.Conn, error) {
		n.Add(1)
		return open()
	}
	return n
}

// reads holds a reading open, as a backup does that takes long, until it is released.
func (e *Engine) reads(t *testing.T) (release func()) {
	t.Helper()
	tx, err := e.searched.BeginTx(t.Context(), nil)
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

func TestWhoeverReadsForLongDoesNotHaveTheLogBroughtAgainAndAgain(t *testing.T) {
	t.Parallel()
	db := opened(t)
	brought := db.brought()
	release := db.file.reads(t)
	defer release()
	const size, logs = 200 << 10, 3
	for n := range logs * longLog * 4096 / size {
		// What is written as it was makes the log no longer.
		part := bytes.Repeat([]byte{byte(n)}, size)
		if err := db.SetMeta(t.Context(), fmt.Sprint(n%64), part); err != nil {
			t.Fatal(err)
		}
	}
	if n := brought.Load(); n < 1 || n > logs {
		t.Errorf("the log was brought %d times while it grew to %d times its length", n, logs)
	}
}

func TestTheLogIsBroughtIntoTheFileBesideTheWriter(t *testing.T) {
	t.Parallel()
	db := opened(t)
	path := db.file.path
	brought := db.brought()
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
	if brought.Load() == 0 {
		t.Error("nothing was brought")
	}
	if err != nil || file.Size() < 32<<20 {
		t.Errorf("the file holds %d MB of 64: %v", file.Size()>>20, err)
	}
}
