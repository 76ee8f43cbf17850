package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheLogIsBroughtIntoTheFileBesideTheWriter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	db, err := Open(t.Context(), path, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
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
	if open := db.write.Stats().OpenConnections; open != 1 {
		t.Errorf("%d connections are left", open)
	}
	if err != nil || file.Size() < 32<<20 {
		t.Errorf("the file holds %d MB of 64: %v", file.Size()>>20, err)
	}
}
