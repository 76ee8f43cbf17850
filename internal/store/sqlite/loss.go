package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// tell writes a loss behind the beat, for the commands that would work on what is left.
func (h *hold) tell(t *fence.Trouble) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return engine.ErrClosed
	}
	if _, err := h.beside.WriteAt([]byte(t.Error()), int64(beatSize)); err != nil {
		return fmt.Errorf("telling the loss beside the database: %w", err)
	}
	return nil
}

// refuseLost refuses to work beside a process that has lost the database: what it holds is not in
// the files, and what is written into them is not in what it holds.
func refuseLost(place string) error {
	text, err := os.ReadFile(place + ".lock")
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) <= beatSize {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the lock file: %w", err)
	}
	// One that has ended has left the text, and the lock to whoever wants it.
	switch f, err := lockBeside(place, 0); {
	case errors.Is(err, errLocked):
		return fmt.Errorf("the waybill that runs over the database has lost it, and nothing was done: %s",
			text[beatSize:])
	case err != nil:
		return err
	default:
		return errors.Join(unlockWhole(f), f.Close())
	}
}

// forget takes away what the last process told of a loss.
func (h *hold) forget() error {
	info, err := h.beside.Stat()
	if err == nil && info.Size() > beatSize {
		err = h.beside.Truncate(beatSize)
	}
	if err != nil {
		return fmt.Errorf("clearing the lock file: %w", err)
	}
	return nil
}
