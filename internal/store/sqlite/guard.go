package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/waybill-dev/waybill/internal/fence"
)

// guard knows the files that make an open database, and notices when another one, or none, lies
// under the name of one of them. The process would go on writing into its own, which nobody finds
// again, while whoever opens the name anew reads and writes past it.
type guard struct {
	parts []part
	// lost is kept once it was seen: what others did to the files meanwhile cannot be known.
	lost atomic.Pointer[fence.Trouble]
}

// part is a file as it was when the database was opened.
type part struct {
	path string
	info os.FileInfo
}

// newGuard looks at the files of a database that is open. place is where it lies; path, by which it
// was asked for, may lead there over links.
func newGuard(path, place string) (*guard, error) {
	g := &guard{}
	for _, name := range []string{path, place + "-wal", place + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("looking at the database's files: %w", err)
		}
		g.parts = append(g.parts, part{name, info})
	}
	return g, nil
}

// check tells what is wrong with the files; nil if they are what they were. It costs three looks
// into folders, so that it can be asked around each commit.
func (g *guard) check() *fence.Trouble {
	if t := g.lost.Load(); t != nil {
		return t
	}
	for _, p := range g.parts {
		info, err := os.Stat(p.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return g.lose(moved(p.path, "deleted"))
		case err != nil:
			return &fence.Trouble{Reason: "the database file cannot be looked at", Err: fmt.Errorf("looking at the database's files: %w", err)}
		case !os.SameFile(info, p.info):
			return g.lose(moved(p.path, "replaced"))
		}
	}
	return nil
}

// lose keeps the first loss and returns it.
func (g *guard) lose(t *fence.Trouble) *fence.Trouble {
	g.lost.CompareAndSwap(nil, t)
	return g.lost.Load()
}

func moved(path, how string) *fence.Trouble {
	return &fence.Trouble{Lost: true,
		Reason: "the database file was " + how + " while Waybill ran; nothing is accepted until its operator has put it back and started Waybill again",
		Err: fmt.Errorf("%s was %s while Waybill ran; nothing is accepted or sent any more: stop this process, "+
			"put the database back or restore a backup (docs/backup.md), and start again", path, how)}
}
