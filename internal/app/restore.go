package app

import (
	"context"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/perform"
)

// metaRestored keeps what an operator said of a restore, so that a start which says so again does
// not take what was accepted since for older than it is.
const metaRestored = "restored-from"

// restore settles what waits in a database that was put back: whatever was accepted before the
// backup may have been sent after it. told is the time of the backup as the operator has it, zero
// if none was given; where the database knows an earlier one, that counts.
func (a *App) restore(ctx context.Context, told time.Time, settling perform.Settling) error {
	if err := a.refuseRestoreBeside(ctx, told); err != nil {
		return err
	}
	stands, err := a.db.Standing(ctx)
	if err != nil {
		return fmt.Errorf("reading for which time the database stands: %w", err)
	}
	switch {
	case stands.Public && !a.dev:
		return fmt.Errorf("every user of this machine may use the database %s, which holds what fleets and drivers say; "+
			"take that from them with chmod 600 on the file and on those beside it (-wal, -shm, .lock)", a.config.DatabaseURL)
	case stands.Public || stands.Exposed:
		a.log.Warn("other users of this machine may use the database; take that from them with chmod 600 "+
			"on the file and those beside it", "database", a.config.DatabaseURL)
	}
	if stands.Unsafe != "" {
		a.log.Warn(stands.Unsafe)
	}
	since, restored, err := a.restoredFrom(ctx, stands, told)
	if err != nil {
		return err
	}
	if restored {
		n, err := a.db.Restored(ctx, since.UTC().Truncate(time.Microsecond), a.now(), settling.Of)
		if err != nil {
			return err
		}
		a.log.Warn("the database was restored from a backup: creates that waited in it are looked up before they are "+
			"sent, updates and sync writes have failed with their outcome unknown", "restored_from", since, "count", n)
	}
	if !told.IsZero() {
		if err := a.db.SetMeta(ctx, metaRestored, restoredText(told)); err != nil {
			return fmt.Errorf("noting the restore: %w", err)
		}
	}
	return a.db.Beat(ctx)
}

// restoredFrom tells whether the database was put back and since when it stands.
func (a *App) restoredFrom(ctx context.Context, stands fence.Standing, told time.Time) (time.Time, bool, error) {
	if told.IsZero() {
		return stands.At, stands.Restored, nil
	}
	before, err := a.db.Meta(ctx, metaRestored)
	if err != nil {
		return told, false, fmt.Errorf("reading whether the restore was taken care of: %w", err)
	}
	if string(before) == string(restoredText(told)) && !stands.Restored {
		a.log.Warn("an earlier start has taken care of this --restored-from; leave it out", "restored_from", told)
		return told, false, nil
	}
	if !stands.At.IsZero() && stands.At.Before(told) {
		told = stands.At
	}
	return told, true, nil
}

func restoredText(t time.Time) []byte { return []byte(t.UTC().Format(time.RFC3339Nano)) }
