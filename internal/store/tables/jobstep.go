package tables

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
)

// StepJob writes how a job stands after a step.
func (db *DB) StepJob(ctx context.Context, j job.Job, done int) error {
	return db.do(ctx, func(tx *tx) error {
		if err := tx.holdJob(j); err != nil {
			return err
		}
		return tx.stepJob(j, step{done: done})
	})
}

// holdJob refuses a step of a job that was read before its last step.
func (t *tx) holdJob(j job.Job) error {
	as, err := t.there(`SELECT 1 FROM job WHERE seq = ?1 AND steps = ?2 AND ended_at = 0`, j.Seq, j.Steps)
	if err == nil && !as {
		err = refusal{fence.ErrOvertaken}
	}
	return err
}

// step is what a step adds to what a job has done.
type step struct{ asked, done int }

// stepJob writes a step of a job that was held, unless something was written of it meanwhile by another process. Whoever
// has stopped it meanwhile has changed its state, which stays.
func (t *tx) stepJob(j job.Job, by step) error {
	refusals, err := text(j.Refusals, len(j.Refusals) > 0)
	if err != nil {
		return err
	}
	return overtaken(t.change(`UPDATE job SET state = CASE WHEN CAST(?2 AS BIGINT) > 0 THEN ?3 ELSE state END, place_at = ?4, place_seq = ?5,
		walked = ?6, steps = steps + 1, asked = asked + ?7, done = done + ?8, refusals = ?9, updated_at = ?10, ended_at = ?2
		WHERE seq = ?1 AND steps = ?11`,
		j.Seq, micros(j.EndedAt), string(j.State), micros(j.Place.At), j.Place.Seq, j.Walked, by.asked, by.done, refusals,
		micros(j.UpdatedAt), j.Steps))
}

// CancelStep writes a step of a job with the operations that are asked to be cancelled.
func (db *DB) CancelStep(ctx context.Context, j job.Job, picks []job.Pick, late job.Refusal) error {
	seqs, lanes := make([]int64, len(picks)), map[uuid.UUID]bool{}
	for i, p := range picks {
		seqs[i], lanes[p.Connection] = p.Seq, true
	}
	all, err := text(seqs, true)
	if err != nil {
		return err
	}
	return db.doAs(ctx, turn{kind: others, heavy: len(picks)}, func(tx *tx) error {
		if err := tx.holdJob(j); err != nil {
			return err
		}
		asked, err := tx.change(`UPDATE operation SET stop_at = ?2
			WHERE seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?1)) AND state IN ('queued', 'retry')
			AND (stop_at IS NULL OR stop_at >= ?3)`, all, micros(operation.AskedBy(j.Seq)), micros(operation.AskedBefore()))
		if err != nil {
			return err
		}
		// Each wake has a lane read anew what waits, so the many that come first are left to be found together.
		for lane := range lanes {
			if j.Walked {
				tx.wakeLane(db, fence.Connections, lane)
			}
		}
		late := late
		if late.Count = len(picks) - int(asked); late.Count > 0 {
			found, err := rows(tx, `SELECT id FROM operation WHERE seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))
				AND (stop_at IS NULL OR stop_at <> ?2) LIMIT 1`, scanOne[uuid.UUID], all, micros(operation.AskedBy(j.Seq)))
			if err != nil {
				return err
			}
			late.Example = found[0]
		}
		return tx.stepJob(j.With(late), step{asked: int(asked)})
	})
}

// keepOn notes with the job that has asked to cancel an operation that it is not cancelled; 0 is none. A step that was
// read before is made once more.
func (t *tx) keepOn(number int64, id uuid.UUID) error {
	if number == 0 {
		return nil
	}
	found, err := rows(t, jobsQuery+`WHERE seq = ?1 AND ended_at = 0`, scanJob, number)
	if err != nil || len(found) == 0 {
		return err
	}
	j := found[0].KeptOn(id)
	refusals, err := text(j.Refusals, true)
	if err != nil {
		return err
	}
	return overtaken(t.change(`UPDATE job SET asked = ?3, refusals = ?4, steps = steps + 1 WHERE seq = ?1 AND steps = ?2`,
		j.Seq, j.Steps, j.Asked, refusals))
}

// Undecided tells whether an operation waits that a job has asked to cancel. It hops through the index from one connection
// to the next.
func (db *DB) Undecided(ctx context.Context, j job.Job) (bool, error) {
	found, err := list(ctx, db, `WITH RECURSIVE lane (id) AS (
		SELECT min(connection) FROM operation WHERE `+stopping+`
		UNION ALL
		SELECT (SELECT min(connection) FROM operation WHERE connection > lane.id AND `+stopping+`) FROM lane
			WHERE lane.id IS NOT NULL
	) SELECT 1 FROM lane WHERE id IS NOT NULL
		AND EXISTS (SELECT 1 FROM operation WHERE connection = lane.id AND stop_at = ?1 AND `+stopping+`) LIMIT 1`,
		scanOne[int], micros(operation.AskedBy(j.Seq)))
	return len(found) > 0, err
}

// ReviveStep writes a step of a job with dead letters that wait again.
func (db *DB) ReviveStep(ctx context.Context, j job.Job, at time.Time) (job.Job, error) {
	l := matchingLetters(j)
	found, next, err := db.corpses(ctx, l, j.Place.Seq)
	if err != nil {
		return j, err
	}
	j.Place.Seq, j.Walked, j.UpdatedAt = next, next == 0, at
	return giveAs(ctx, db, turn{kind: deliveries, heavy: len(found)}, func(tx *tx) (job.Job, error) {
		j := j
		if err := tx.holdJob(j); err != nil {
			return j, err
		}
		n, err := tx.revive(db, j.Filter.Webhook, found, at)
		if err != nil {
			return j, err
		}
		j.Done += n
		return j, tx.stepJob(j, step{done: n})
	})
}
