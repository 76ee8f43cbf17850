package tables

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

// EndUnsent records the ends of operations of which nothing was sent.
func (db *DB) EndUnsent(ctx context.Context, claim fence.Claim, ends []operation.Settlement) error {
	// However many lanes end many at once, the settlings of others wait for as much as they write themselves.
	of := turn{kind: settles, owner: uuid.Max, heavy: len(ends)}
	return db.doAs(ctx, of, func(tx *tx) error {
		if err := tx.hold(claim); err != nil {
			return err
		}
		done := map[int64]int{}
		for _, s := range ends {
			verified, err := db.writer.putVerification(s.Operation)
			if err != nil {
				return err
			}
			n, err := tx.settled(s, told{verification: verified})
			if err == nil && n > 0 {
				err = tx.endedUnsent(db, s)
			}
			if err != nil {
				return err
			}
			if n > 0 {
				done[cancelledBy(s)]++
			}
		}
		if len(ends) > 0 {
			tx.wakeLane(db, fence.Connections, ends[0].Operation.Connection)
		}
		for job, n := range done {
			if err := tx.countCancelled(job, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// endedUnsent writes what follows from an end.
func (t *tx) endedUnsent(db *DB, s operation.Settlement) error {
	for _, a := range s.Attempts {
		if err := t.saveAttempt(s.Operation.ID, a); err != nil {
			return err
		}
	}
	t.tellEnd(db, s.Operation.ID)
	t.ended(db, s.Operation)
	return t.publish(db, s.Events)
}

// cancelledBy is the number of the job that has asked to cancel an operation which ends so; 0 for none.
func cancelledBy(s operation.Settlement) int64 {
	if s.Unsent == "" || s.Operation.Reason != operation.Cancelled {
		return 0
	}
	return s.Operation.AskedJob()
}

// countCancelled counts operations that were cancelled with the job that has asked for it.
func (t *tx) countCancelled(job int64, n int) error {
	if job == 0 {
		return nil
	}
	return t.exec(`UPDATE job SET done = done + ?2 WHERE seq = ?1`, job, n)
}
