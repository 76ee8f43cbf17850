package sqlite

import "github.com/ncruces/go-sqlite3"

// longLog is how many pages gather in the log (16 MB) before they are brought into the file. A page that is
// written again and again meanwhile is brought there once.
const longLog = 4000

// checkpoints bring the log into the file beside the writer, for whom everybody would wait: it takes as long as
// many commits. The writer brings what was written meanwhile, which is little, so that the log begins anew. It does
// not while somebody reads in it, and goes on growing; what fails, or is kept by a reader, is tried again when as
// much was written again, since each try costs as much as many commits. Of a disk that fails the next write tells.
type checkpoints struct {
	// open opens a connection that runs beside the writer.
	open  func() (*sqlite3.Conn, error)
	guard *guard
	// pages are those in the log since the last commit, and tried those at the last try.
	pages, tried int
	// beside is closed when the one that runs beside the writer has ended; nil without one.
	beside chan struct{}
}

// watch has SQLite tell how long the log is, instead of bringing it into the file as part of a commit.
func (c *checkpoints) watch(conn *sqlite3.Conn) {
	conn.WALHook(func(_ *sqlite3.Conn, _ string, pages int) error {
		c.pages = pages
		return nil
	})
}

// follow is called by the writer after each commit.
func (c *checkpoints) follow(conn *sqlite3.Conn) {
	if c.pages < c.tried {
		// The log began anew.
		c.tried = 0
	}
	switch {
	case c.ended():
		c.beside, c.tried = nil, c.pages
		c.bring(conn)
	case c.beside == nil && c.pages-c.tried >= longLog:
		c.beside = make(chan struct{})
		go c.run(c.beside)
	}
}

func (c *checkpoints) ended() bool {
	select {
	case <-c.beside:
		return true
	default:
		return false
	}
}

// run brings the log into the file on a connection of its own, which ends with it: the session's must be the last
// one, see its end.
func (c *checkpoints) run(ended chan<- struct{}) {
	defer close(ended)
	if c.guard.check() != nil || c.guard.spoiled() {
		return
	}
	conn, err := c.open()
	if conn != nil {
		defer conn.Close()
	}
	if err == nil {
		c.bring(conn)
	}
}

// bring brings into the file what nobody reads in the log, unless that is not the file of this log.
func (c *checkpoints) bring(conn *sqlite3.Conn) {
	if c.guard.check() == nil && !c.guard.spoiled() {
		_, _, _ = conn.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE)
	}
}

// stop waits for the one that runs.
func (c *checkpoints) stop() {
	if c.beside != nil {
		<-c.beside
	}
}
