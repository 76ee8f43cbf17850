package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
	"pgregory.net/rapid"
)

// memoryFile is a file of which a test sees each write.
type memoryFile struct {
	vfs.File
	content []byte
	writes  int
	synced  bool
	fails   error
}

func (m *memoryFile) WriteAt(p []byte, off int64) (int, error) {
	m.writes++
	if m.fails != nil {
		return 0, m.fails
	}
	if more := int(off) + len(p) - len(m.content); more > 0 {
		m.content = append(m.content, make([]byte, more)...)
	}
	return copy(m.content[off:], p), nil
}

func (m *memoryFile) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(m.content)) {
		return 0, io.EOF
	}
	n := copy(p, m.content[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memoryFile) Truncate(size int64) error {
	if size < int64(len(m.content)) {
		m.content = m.content[:size]
	}
	return nil
}

func (m *memoryFile) Sync(vfs.SyncFlag) error { m.synced = true; return nil }
func (m *memoryFile) Size() (int64, error)    { return int64(len(m.content)), nil }
func (m *memoryFile) Close() error            { return nil }

// frame writes a frame as SQLite does.
func frame(t *testing.T, f vfs.File, at int64, size byte) {
	t.Helper()
	head := make([]byte, frameHead)
	head[7] = size
	page := bytes.Repeat([]byte{'p'}, 4096)
	if _, err := f.WriteAt(head, at); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(page, at+frameHead); err != nil {
		t.Fatal(err)
	}
}

func TestACommitIsOneWriteOfTheLogWhoeverSyncsIt(t *testing.T) {
	t.Parallel()
	m := &memoryFile{}
	f := &logFile{File: m}
	for i := range int64(3) {
		frame(t, f, 32+i*(4096+frameHead), 0)
	}
	if m.writes != 0 {
		t.Errorf("%d writes before the end of the commit", m.writes)
	}
	frame(t, f, 32+3*(4096+frameHead), 9)
	if m.writes != 1 || len(m.content) != 32+4*(4096+frameHead) {
		t.Errorf("%d writes of %d bytes", m.writes, len(m.content))
	}
}

func TestWhatCouldNotBeWrittenFailsWhoAsksForIt(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	for says, ask := range map[string]func(*logFile) error{
		"sync":             func(f *logFile) error { return f.Sync(0) },
		"size":             func(f *logFile) error { _, err := f.Size(); return err },
		"a read":           func(f *logFile) error { _, err := f.ReadAt(make([]byte, 1), 0); return err },
		"cutting":          func(f *logFile) error { return f.Truncate(1) },
		"closing":          func(f *logFile) error { return f.Close() },
		"a write after it": func(f *logFile) error { _, err := f.WriteAt([]byte("x"), 0); return err },
	} {
		m := &memoryFile{fails: full}
		f := &logFile{File: m}
		frame(t, f, 32, 0)
		if err := ask(f); !errors.Is(err, full) {
			t.Errorf("%s: %v", says, err)
		}
		m.fails = nil
		if err := f.Sync(0); err != nil || len(m.content) > 32 {
			t.Errorf("%s: what had failed was written later: %d bytes, %v", says, len(m.content), err)
		}
	}
}

func TestALogFileIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		plain, under := &memoryFile{}, &memoryFile{}
		f := &logFile{File: under}
		end := int64(0)
		t.Repeat(map[string]func(*rapid.T){
			"on": func(t *rapid.T) {
				p := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "part")
				_, _ = plain.WriteAt(p, end)
				_, _ = f.WriteAt(p, end)
				end += int64(len(p))
			},
			"elsewhere": func(t *rapid.T) {
				p, at := rapid.SliceOfN(rapid.Byte(), 24, 24).Draw(t, "part"), rapid.Int64Range(0, end).Draw(t, "at")
				_, _ = plain.WriteAt(p, at)
				_, _ = f.WriteAt(p, at)
				end = at + int64(len(p))
			},
			"cut": func(t *rapid.T) {
				at := rapid.Int64Range(0, end).Draw(t, "at")
				_, _ = plain.Truncate(at), f.Truncate(at)
			},
			"read": func(t *rapid.T) {
				want, got := make([]byte, 30), make([]byte, 30)
				at := rapid.Int64Range(0, end).Draw(t, "at")
				n, wrong := plain.ReadAt(want, at)
				if m, err := f.ReadAt(got, at); m != n || err != wrong || !bytes.Equal(want[:n], got[:n]) {
					t.Fatalf("%d of %d bytes: %v", m, n, err)
				}
			},
			"sync": func(t *rapid.T) {
				if err := f.Sync(0); err != nil || !bytes.Equal(plain.content, under.content) {
					t.Fatalf("other bytes: %v", err)
				}
			},
		})
	})
}

// A connection that does not sync, and one whose transaction is larger than its cache, are seen by others all the same.
func TestWhatIsCommittedOverALogFileIsReadByOthers(t *testing.T) {
	t.Parallel()
	useLogFiles()
	place := filepath.Join(t.TempDir(), "a.db")
	if err := makePrivate(place); err != nil {
		t.Fatal(err)
	}
	writer, err := sqlite3.Open(location(place, "vfs="+logs))
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if err := writer.Exec(`CREATE TABLE thing (id INTEGER PRIMARY KEY, t TEXT); PRAGMA cache_size = 10`); err != nil {
		t.Fatal(err)
	}
	reader, err := sqlite3.Open(location(place, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	rows := 0
	for _, mode := range []string{"off", "normal", "full"} {
		for _, n := range []int{1, 3000} {
			rows += n
			err := writer.Exec(fmt.Sprintf(`PRAGMA synchronous = %s; BEGIN;
				INSERT INTO thing (t) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
				SELECT hex(randomblob(200)) FROM n; UPDATE thing SET t = t || 'x' WHERE id %% 7 = 0; COMMIT`, mode, n))
			if err != nil {
				t.Fatal(err)
			}
			if seen := number(t, reader, `SELECT count(*) FROM thing`); seen != rows {
				t.Errorf("synchronous %s: %d of %d rows are seen", mode, seen, rows)
			}
		}
	}
	if n := number(t, reader, `SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'`); n != 1 {
		t.Error("the database is not whole")
	}
}

func number(t *testing.T, c *sqlite3.Conn, query string) int {
	t.Helper()
	st, _, err := c.Prepare(query)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	st.Step()
	return st.ColumnInt(0)
}
