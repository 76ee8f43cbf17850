package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"github.com/waybill-dev/waybill/internal/store"
)

// metaAtRest keeps how the database is sealed: what the setting was at the last start and, once all that
// lay there is in that form, the mark of the data key with it. Where it is missing nothing was ever sealed.
const metaAtRest = "sealed-at-rest"

// sealPause is between two portions of what is sealed behind everybody's back.
const sealPause = 10 * time.Millisecond

// unsealed is what is still to be brought into the form in which it would be written.
type unsealed struct {
	parts []func(ctx context.Context, after string) (next string, changed int, closed map[string]error, err error)
	// done is what is kept of it at the end; nil if it stands there.
	done []byte
}

// sealing opens the keys that a database holds, for the store to seal and open with.
func (a *App) sealing(ctx context.Context, kept store.Store) (store.Sealing, error) {
	a.db = kept
	var err error
	if a.keys, err = a.secrets(ctx); err != nil {
		return nil, why(ctx, kept, err)
	}
	atRest, err := a.keys.sealer.AtRest(a.keys.derivation, a.config.SealAtRest)
	if err == nil {
		a.unsealed, err = a.noteSealing(ctx, hex.EncodeToString(a.keys.sealer.Mark()))
	}
	if err != nil {
		return nil, why(ctx, kept, fmt.Errorf("preparing to seal at rest: %w", err))
	}
	return atRest, nil
}

// noteSealing tells what is to be sealed, before anything is written: what a process writes that is cut off
// is looked at by the next one. What commands tell beside a service lies as it is, so events are always
// looked at.
func (a *App) noteSealing(ctx context.Context, mark string) (u unsealed, err error) {
	set := "off"
	if a.config.SealAtRest {
		set = "on"
	}
	done := set + ":" + mark
	stood, err := a.db.Meta(ctx, metaAtRest)
	switch {
	case err != nil:
		return u, err
	case stood == nil && !a.config.SealAtRest:
		return u, nil
	case string(stood) == done:
		u.parts = append(u.parts, a.db.ResealEvents)
		return u, nil
	}
	u.parts = append(u.parts, a.db.ResealURLs, a.db.ResealEvents, a.db.ResealOperations)
	u.done = []byte(done)
	return u, a.db.SetMeta(ctx, metaAtRest, []byte(set))
}

// sealOld seals what lies in the database, portion by portion, until all that opens is in the form in which
// it would be written.
func (a *App) sealOld(ctx context.Context) error {
	total, left := 0, 0
	for _, part := range a.unsealed.parts {
		for after, more := "", true; more; {
			next, changed, closed, err := part(ctx, after)
			wait := sealPause
			if err == nil {
				total, after, more = total+changed, next, next != ""
				left += len(closed)
				a.tellShut(closed)
			} else if wait = resealAgain; ctx.Err() == nil {
				a.log.Log(ctx, slog.LevelError, "sealing what lies in the database failed; it is tried again", "error", err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(wait):
			}
		}
	}
	return a.sealedAll(ctx, total, left)
}

// tellShut logs rows of the database that do not open.
func (a *App) tellShut(closed map[string]error) {
	for row, err := range closed {
		a.log.Error("a row of the database does not open and stays as it is; restore a backup that holds it with its key "+
			"(docs/backup.md), or delete what it belongs to", "row", row, "error", err)
	}
}

// sealedAll notes that nothing is left to be sealed. Where something is, the next start looks again.
func (a *App) sealedAll(ctx context.Context, total, left int) error {
	if total > 0 {
		a.log.Info("what lay in the database was sealed at rest", "count", total)
	}
	if a.unsealed.done == nil || left > 0 {
		return nil
	}
	if err := a.db.SetMeta(ctx, metaAtRest, a.unsealed.done); err != nil && ctx.Err() == nil {
		a.log.Log(ctx, slog.LevelError, "noting that all is sealed failed; the next start looks again", "error", err)
	}
	return nil
}
