package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/fence"
)

// guard knows the files that make an open database, and notices when another one, or none, lies
// under the name of one of them, when another one was copied over the database, and when SQLite
// finds it damaged. The process would go on writing into what nobody finds again, or into what is
// not its own.
type guard struct {
	place string
	parts []part
	// database is the open file of the process that works on the lanes, nil for others. identity is
	// the number that this process gave it, before the one that it had. No other counts, and the
	// latter no more once the first has arrived in the file.
	database         *os.File
	identity, before uint32
	arrived          atomic.Bool
	// lost is kept once it was seen: what others did to the files meanwhile cannot be known.
	lost atomic.Pointer[fence.Trouble]
}

// part is a file as it was when the database was opened.
type part struct {
	path string
	info os.FileInfo
	// told is the trouble if the file was deleted, or replaced.
	told func(path, how string) *fence.Trouble
}

// watch looks at the files of a database that is open. path, by which it was asked for, may lead to
// where it lies over links.
func (g *guard) watch(path string) error {
	g.parts = []part{{path: path, told: moved}, {path: g.place + "-wal", told: movedBeside},
		{path: g.place + "-shm", told: movedBeside}}
	for i, p := range g.parts {
		info, err := os.Stat(p.path)
		if err != nil {
			return fmt.Errorf("looking at the database's files: %w", err)
		}
		g.parts[i].info = info
	}
	return nil
}

// check tells what is wrong with the files; nil if they are what they were. It costs three looks
// into folders and four bytes of a file, so that it can be asked around each commit.
func (g *guard) check() *fence.Trouble {
	if t := g.lost.Load(); t != nil {
		return t
	}
	for _, p := range g.parts {
		info, err := os.Stat(p.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return g.lose(p.told(p.path, "deleted"))
		case err != nil:
			return &fence.Trouble{Reason: "the database file cannot be looked at",
				Err: fmt.Errorf("looking at the database's files: %w", err)}
		case !os.SameFile(info, p.info):
			return g.lose(p.told(p.path, "replaced"))
		}
	}
	if g.overwritten() {
		return g.lose(overwritten(g.place))
	}
	return nil
}

// overwritten tells whether the open database file holds another database than its process opened.
func (g *guard) overwritten() bool {
	if g.database == nil {
		return false
	}
	// Asked first: the number may arrive while it is read.
	arrived := g.arrived.Load()
	switch n, whole := identityOf(g.database); {
	case whole && n == g.identity:
		g.arrived.Store(true)
		return false
	default:
		return arrived || !whole || n != g.before
	}
}

// hears is told of what SQLite logs. Damage that a read meets is told by nothing else, and does not
// pass. What was copied over the database may look like damage, too.
func (g *guard) hears(code sqlite3.ExtendedErrorCode, message string) {
	switch c := code.Code(); {
	case c != sqlite3.CORRUPT && c != sqlite3.NOTADB:
	case g.overwritten():
		g.lose(overwritten(g.place))
	default:
		g.lose(&fence.Trouble{Lost: true,
			Reason: "the database is damaged; nothing is accepted until its operator has restored a backup",
			Err: fmt.Errorf("the database %s is damaged; nothing is accepted or sent any more: stop this process and "+
				"restore a backup (docs/backup.md): %s: %w", g.place, message, c)})
	}
}

// spoiled tells whether what the log holds must not be brought into the file at the end.
func (g *guard) spoiled() bool {
	var code sqlite3.ErrorCode
	t := g.lost.Load()
	return t != nil && errors.As(t, &code) || g.overwritten()
}

// lose keeps the first loss and returns it.
func (g *guard) lose(t *fence.Trouble) *fence.Trouble {
	g.lost.CompareAndSwap(nil, t)
	return g.lost.Load()
}

func moved(path, how string) *fence.Trouble {
	return &fence.Trouble{Lost: true,
		Reason: "the database file was " + how +
			" while Waybill ran; nothing is accepted until its operator has put it back and started Waybill again",
		Err: fmt.Errorf("%s was %s while Waybill ran; nothing is accepted or sent any more: stop this process, "+
			"put the database back or restore a backup (docs/backup.md), and start again", path, how)}
}

// movedBeside is for a file whose content the process still has: a backup would be the loss.
func movedBeside(path, how string) *fence.Trouble {
	return &fence.Trouble{Lost: true,
		Reason: "a file beside the database was " + how +
			" while Waybill ran; nothing is accepted until its operator has stopped Waybill in order and started it " +
			"again",
		Err: fmt.Errorf("%s was %s while Waybill ran; nothing is lost yet, and nothing is accepted or sent any more: "+
			"stop this process with SIGTERM (not kill -9), which writes what it holds into the database, and start "+
			"it again; do not restore a backup", path, how)}
}

func overwritten(path string) *fence.Trouble {
	return &fence.Trouble{Lost: true,
		Reason: "the database file was overwritten while Waybill ran; nothing is accepted until its operator has put " +
			"the right one in its place and started Waybill again",
		Err: fmt.Errorf("%s was overwritten with something else while Waybill ran; nothing is accepted or sent any "+
			"more: stop this process, restore a backup with all the commands of docs/backup.md, and start again", path)}
}
