package move

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// errNoMove is why nothing can be given up.
var errNoMove = errors.New("no move from it is under way, and none was made; nothing was changed")

// GiveUp lets the source of a move be used again. One that was left stands for when it was: a start over it takes
// it for a backup of that time. It tells what was given up.
func GiveUp(ctx context.Context, of Side) (peer string, stands time.Time, err error) {
	m, err := meta(ctx, of)
	if err != nil {
		return "", stands, err
	}
	switch m.State {
	case leaving:
	case left:
		stands = m.At
	case arriving:
		return "", stands, fmt.Errorf("%s is not whole: give the move up with its source, %s, and remove this one", of.Place,
			m.Peer)
	default:
		return "", stands, fmt.Errorf("%s: %w", of.Place, errNoMove)
	}
	err = of.Write(ctx, func(l engine.Loading) error {
		_, err := l.Change(`DELETE FROM meta WHERE name = ?1`, []any{MarkName})
		if err == nil && !stands.IsZero() {
			err = l.Stand(stands)
		}
		return err
	})
	return m.Peer, stands, err
}
