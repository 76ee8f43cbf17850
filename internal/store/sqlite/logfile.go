package sqlite

import (
	"encoding/binary"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// logs is the name of the file system by which the writer opens the database.
const logs = "waybill"

// logFiles is the system's own files, of which the log is written in long pieces. SQLite writes each page of it by
// two calls, and a commit has some forty pages.
type logFiles struct{ vfs.VFS }

// useLogFiles makes the name known. To do so twice changes nothing.
func useLogFiles() { vfs.Register(logs, logFiles{vfs.Find("")}) }

// Open opens a file that has no name.
func (l logFiles) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return vfsutil.WrapOpen(l.VFS, name, flags)
}

// OpenFilename opens a file.
func (l logFiles) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(l.VFS, name, flags)
	if err == nil && flags&vfs.OPEN_WAL != 0 {
		f = &logFile{File: f}
	}
	return f, flags, err
}

const (
	// frameHead is the length of what stands before each page in the log. Its second number is the size of the
	// database in pages in the last frame of a commit, and 0 in all others (https://sqlite.org/walformat.html).
	frameHead = 24
	// pieceSize bounds what is kept.
	pieceSize = 512 << 10
)

// logFile keeps what is written without a gap until that must be where others look: the last frame of a commit is
// there, something is asked of the file, or much was kept. What it keeps is of a transaction that nobody was told
// of, so it is lost with the process like what SQLite itself had kept.
type logFile struct {
	vfs.File
	piece []byte
	// at is where the piece begins, and last tells that the page comes which ends a commit.
	at   int64
	last bool
}

// WriteAt keeps a part.
func (f *logFile) WriteAt(p []byte, off int64) (int, error) {
	if off != f.at+int64(len(f.piece)) {
		if err := f.flush(); err != nil {
			return 0, err
		}
		f.at = off
	}
	f.piece = append(f.piece, p...)
	isLast := f.last
	f.last = len(p) == frameHead && binary.BigEndian.Uint32(p[4:]) != 0
	if isLast || len(f.piece) >= pieceSize {
		if err := f.flush(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// flush writes what was kept. What could not be written is of a commit that failed by it, and is dropped.
func (f *logFile) flush() error {
	if len(f.piece) == 0 {
		return nil
	}
	_, err := f.File.WriteAt(f.piece, f.at)
	f.at += int64(len(f.piece))
	f.piece = f.piece[:0]
	return err
}

// ReadAt reads what was written.
func (f *logFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, off)
}

// Truncate cuts what was written.
func (f *logFile) Truncate(size int64) error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

// Sync has what was written on disk.
func (f *logFile) Sync(flags vfs.SyncFlag) error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.File.Sync(flags)
}

// Size is that of what was written.
func (f *logFile) Size() (int64, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.File.Size()
}

// Close writes what was kept and closes the file.
func (f *logFile) Close() error {
	err := f.flush()
	if failed := f.File.Close(); err == nil {
		err = failed
	}
	return err
}
