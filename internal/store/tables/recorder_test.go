package tables_test

import (
	"strings"
	"sync"

	"github.com/ncruces/go-sqlite3"
)

// recorder hears what is asked of databases whose path has a part, from the moment they are opened.
type recorder struct {
	mu    sync.Mutex
	texts map[string]bool
	// steps are those that the engine made, of the statements since reset.
	steps int
}

// recording begins to hear of databases that are opened from here on.
func recording(part string) *recorder {
	r := &recorder{texts: map[string]bool{}}
	sqlite3.AutoExtension(func(c *sqlite3.Conn) error {
		if !strings.Contains(c.Filename("main").String(), part) {
			return nil
		}
		return c.Trace(sqlite3.TRACE_STMT|sqlite3.TRACE_PROFILE, r.hears)
	})
	return r
}

func (r *recorder) hears(e sqlite3.TraceEvent, statement, text any) error {
	s, ok := statement.(*sqlite3.Stmt)
	if !ok {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if sql, ok := text.(string); ok && e == sqlite3.TRACE_STMT {
		r.texts[sql] = true
		return nil
	}
	r.steps += s.Status(sqlite3.STMTSTATUS_VM_STEP, true)
	return nil
}

// reset begins to count anew.
func (r *recorder) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.steps = 0
}

// spent are the steps since reset.
func (r *recorder) spent() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.steps
}
