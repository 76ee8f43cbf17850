package tables

import (
	"context"
	"database/sql"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
)

// jobColumns are in the order in which InsertJob writes them. filter is a JSON object, refusals a JSON array or NULL.
const jobColumns = `id, partner, client, action, filter, bound, matched, state, place_at, place_seq, walked, steps, asked, done,
	refusals, key, fingerprint, created_at, updated_at, ended_at`

// jobFilter is a filter as it is stored, with what else a job was told.
type jobFilter struct {
	job.Filter
	Overwrite bool `json:"overwrite,omitzero"`
}

const jobsQuery = `SELECT seq, ` + jobColumns + ` FROM job `

func scanJob(row scanner) (j job.Job, err error) {
	var filter string
	var refusals, key sql.NullString
	var print []byte
	var place, created, updated, ended int64
	err = row.Scan(&j.Seq, &j.ID, &j.Partner, &j.Client, &j.Action, &filter, &j.Bound, &j.Matched, &j.State, &place,
		&j.Place.Seq, &j.Walked, &j.Steps, &j.Asked, &j.Done, &refusals, &key, &print, &created, &updated, &ended)
	if err != nil {
		return j, err
	}
	j.Place.At, j.CreatedAt = fromMicros(place), fromMicros(created)
	j.UpdatedAt, j.EndedAt = fromMicros(updated), fromMicros(ended)
	if key.Valid {
		j.Key = &operation.Key{Client: j.Client, Value: key.String, Fingerprint: print}
	}
	var of jobFilter
	if err = json.Unmarshal([]byte(filter), &of); err == nil && refusals.Valid {
		err = json.Unmarshal([]byte(refusals.String), &j.Refusals)
	}
	j.Filter, j.Overwrite = of.Filter, of.Overwrite
	return j, err
}

func jobThing(id uuid.UUID) thing { return thing{"job", "job", "id", id[:]} }

// InsertJob stores a job.
func (db *DB) InsertJob(ctx context.Context, j job.Job) (job.Job, error) {
	filter, err := text(jobFilter{j.Filter, j.Overwrite}, true)
	if err != nil {
		return j, err
	}
	var key, print any
	if j.Key != nil {
		key, print = j.Key.Value, j.Key.Fingerprint
	}
	return give(ctx, db, func(tx *tx) (job.Job, error) {
		if err := tx.roomForJob(j, key); err != nil {
			return j, err
		}
		err := tx.audited(ctx, db, func() error {
			return tx.exec(`INSERT INTO job (`+jobColumns+`) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, 0, 0, 0, 0,
				NULL, ?9, ?10, ?11, ?11, 0)`,
				j.ID[:], j.Partner[:], j.Client, string(j.Action), filter, j.Bound, j.Matched, string(j.State), key, print,
				micros(j.CreatedAt))
		}, jobThing(j.ID))
		if err != nil {
			return j, err
		}
		made, err := rows(tx, jobsQuery+`WHERE id = ?1`, scanJob, j.ID[:])
		return only(made, err)
	})
}

// roomForJob refuses a job whose key is in use, and one too many.
func (t *tx) roomForJob(j job.Job, key any) error {
	if key != nil {
		taken, err := t.there(`SELECT 1 FROM job WHERE partner = ?1 AND client = ?2 AND key = ?3`, j.Partner[:], j.Client, key)
		if err != nil {
			return err
		}
		if taken {
			return refusal{job.ErrKeyTaken}
		}
	}
	// The plus has a partner's jobs looked at, and not those of all that have not ended.
	live, err := rows(t, `SELECT count(*) FROM job WHERE partner = ?1 AND +ended_at = 0`, scanOne[int], j.Partner[:])
	if err == nil && live[0] >= job.MostLive {
		err = refusal{job.ErrTooMany}
	}
	return err
}

// Job returns a partner's job.
func (db *DB) Job(ctx context.Context, partner, id uuid.UUID) (job.Job, error) {
	j, err := one(ctx, db, jobsQuery+`WHERE id = ?1 AND partner = ?2`, scanJob, id[:], partner[:])
	return j, missing(err, job.ErrNotFound)
}

// KeyedJob returns the job that was made with an idempotency key.
func (db *DB) KeyedJob(ctx context.Context, partner uuid.UUID, k operation.Key) (job.Job, error) {
	j, err := one(ctx, db, jobsQuery+`WHERE partner = ?1 AND client = ?2 AND key = ?3`, scanJob, partner[:], k.Client, k.Value)
	return j, missing(err, job.ErrNotFound)
}

// Jobs lists a partner's jobs, newest first.
func (db *DB) Jobs(ctx context.Context, q job.Query) ([]job.Job, error) {
	s := selection{columns: `seq, ` + jobColumns, from: ` FROM job`}
	s.add("partner = ?", q.Partner[:])
	s.add(map[bool]string{true: "action = ?", false: "action <> ?"}[q.Of == job.DeadLetters], string(job.Replay))
	return window(ctx, db, s, q.Window, scanJob)
}

// LiveJobs lists jobs that have not ended.
func (db *DB) LiveJobs(ctx context.Context) ([]job.Job, error) {
	return list(ctx, db, jobsQuery+`WHERE ended_at = 0 ORDER BY seq LIMIT ?1`, scanJob, sweptOnce)
}

// StopJob has a job begin nothing more.
func (db *DB) StopJob(ctx context.Context, partner, id uuid.UUID, at time.Time) (job.Job, error) {
	return give(ctx, db, func(tx *tx) (j job.Job, err error) {
		err = tx.audited(ctx, db, func() error {
			return tx.exec(`UPDATE job SET state = 'stopping', updated_at = ?3 WHERE id = ?1 AND partner = ?2
				AND state = 'running'`, id[:], partner[:], micros(at))
		}, jobThing(id))
		if err != nil {
			return j, err
		}
		found, err := rows(tx, jobsQuery+`WHERE id = ?1 AND partner = ?2`, scanJob, id[:], partner[:])
		if err == nil && len(found) == 0 {
			err = refusal{job.ErrNotFound}
		}
		return only(found, err)
	})
}

// SweepJobs removes jobs that ended before a time.
func (db *DB) SweepJobs(ctx context.Context, before time.Time) (more bool, err error) {
	old, err := list(ctx, db, `SELECT 1 FROM job WHERE ended_at > 0 AND ended_at < ?1 LIMIT 1`, scanOne[int], micros(before))
	if err != nil || len(old) == 0 {
		return false, err
	}
	n, err := give(ctx, db, func(tx *tx) (int64, error) {
		return tx.change(`DELETE FROM job WHERE seq IN (SELECT seq FROM job WHERE ended_at > 0 AND ended_at < ?1
			ORDER BY ended_at LIMIT ?2)`, micros(before), sweptOnce)
	})
	return n == sweptOnce, err
}
