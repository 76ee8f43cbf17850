package tables

import (
	"context"
	"errors"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// metaProbe is the name of what a probe tries with.
const metaProbe = "probe"

// Ping tells whether the database answers and takes writes. What cannot pass comes first, then why
// a write failed, until a beat finds that the database can be written.
func (db *DB) Ping(ctx context.Context) error {
	err := db.database.Ping(ctx)
	var told *fence.Trouble
	if failed := db.writer.failed.Load(); failed != nil && !errors.As(err, &told) {
		return failed
	}
	return err
}

// Standing tells for which time the database stands.
func (db *DB) Standing(ctx context.Context) (fence.Standing, error) { return db.database.Standing(ctx) }

// Beat looks after the database and notes that it is alive, if something was written since the last beat or
// the last write failed. It is called each second or so by whoever works on the lanes. The first beat says that
// what Standing told was taken care of.
func (db *DB) Beat(ctx context.Context) error {
	if err := db.database.Notice(ctx); err != nil {
		return err
	}
	if db.writer.failed.Load() != nil {
		if err := db.probe(ctx); err != nil {
			return err
		}
	}
	err := db.database.Beat(ctx, func(ctx context.Context, run func(engine.Statements) error) error {
		return db.do(ctx, func(tx *tx) error { return run(tx.session) })
	})
	if err == nil {
		db.begun.Store(true)
	}
	return err
}

// probeSize is what must have room before a disk counts as usable again, some writes' worth: on a
// full one a small write may succeed where the next one fails, and health would be told for each.
const probeSize = 256 << 10

// probe tries whether the database can be written again, by a value that is taken out again.
func (db *DB) probe(ctx context.Context) error {
	err := db.SetMeta(ctx, metaProbe, make([]byte, probeSize))
	if err == nil {
		err = db.SetMeta(ctx, metaProbe, nil)
	}
	if err != nil {
		return db.troubled(err)
	}
	db.writer.failed.Store(nil)
	return nil
}

// Queued is how many writes wait for the writer, by class.
func (db *DB) Queued() map[string]int { return db.writer.queue.lengths() }

// Space is how large the database and its log are, and what is free for them.
func (db *DB) Space() (database, log, free int64, err error) { return db.database.Space() }

// Guarded tells whether the audit log has the triggers of its migration and no others.
func (db *DB) Guarded(ctx context.Context) (whole bool, err error) {
	whole, err = db.database.Guarded(ctx)
	return whole, db.troubled(err)
}
