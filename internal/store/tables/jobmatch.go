package tables

import (
	"context"
	"database/sql"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// NewestOperation is the Seq of the operation that was accepted last.
func (db *DB) NewestOperation(ctx context.Context) (int64, error) {
	return one(ctx, db, `SELECT coalesce(max(seq), 0) FROM operation`, scanOne[int64])
}

// matchingOperations selects the operations of a job along their time. What lists of the same filter show is bounded by
// the newest one that there was when the job was made. One that had failed by then has not moved since; one that waited
// then, and waits no more, is none that a cancel could change.
func matchingOperations(j job.Job) (l walk, err error) {
	f := j.Operations()
	l = walk{earliest: f.From, latest: f.To, sorted: sorted{page.Window{}, bySeq("created_at", "seq", j.Action == job.Cancel)}}
	index, failed := "operation_list", j.Action == job.Retry
	if failed {
		index = "operation_failed_list"
		l.add("state = 'failed'")
	}
	l.add("partner = ?", f.Partner[:])
	l.from = ` FROM operation INDEXED BY ` + index
	if l.more, err = unindexed(f, failed); err != nil {
		return l, err
	}
	l.more.add("seq <= ?", j.Bound)
	if failed {
		l.more.add("updated_at <= ?", micros(j.CreatedAt))
		// What its caller has cancelled or let expire is wanted no more: it is sent again one by one, if at all.
		l.more.add("(reason IS NULL OR reason = ?)", string(operation.Unmade))
	}
	return l, nil
}

// matchingLetters selects the dead letters of a job: those that had died when it was made. One that dies anew is none.
func matchingLetters(j job.Job) walk {
	l := deadLetters(j.DeadLetters())
	l.more.add("d.next_at <= ?", micros(j.CreatedAt))
	return l
}

// Match counts what a job matches.
func (db *DB) Match(ctx context.Context, j job.Job) (int, error) {
	ctx, end := db.listing(ctx)
	defer end()
	l, err := matchingLetters(j), error(nil)
	if j.Action != job.Replay {
		l, err = matchingOperations(j)
	}
	if err != nil {
		return 0, err
	}
	l.during(l.by.column, l.earliest, l.latest, ends{})
	l.parts, l.args = append(l.parts, l.more.parts...), append(l.args, l.more.args...)
	return only(shown(ctx, db, `SELECT count(*) FROM (SELECT 1`+l.from+l.where()+` LIMIT 1000000) matched`, scanOne[int],
		l.args...))
}

// Picked lists operations that a job matches behind its place.
func (db *DB) Picked(ctx context.Context, j job.Job, most int) (page.Found[job.Pick], error) {
	l, err := matchingOperations(j)
	if err != nil {
		return page.Found[job.Pick]{}, err
	}
	l.columns = `seq, id, connection, order_key, state, stop_at, cut_at, retried_by, created_at, awaits`
	l.Window = page.Window{Place: j.Place, Limit: most}
	return walking(ctx, db, l, scanPick)
}

func scanPick(row scanner) (p job.Pick, err error) {
	var stop sql.NullInt64
	var cut, created int64
	var retried []byte
	var awaits sql.NullString
	err = row.Scan(&p.Seq, &p.ID, &p.Connection, &p.OrderKey, &p.State, &stop, &cut, &retried, &created, &awaits)
	// One that cannot be read is told of when the operation is retried.
	if awaits.Valid && json.Unmarshal([]byte(awaits.String), &p.Awaits) != nil {
		p.Awaits = nil
	}
	copy(p.RetriedBy[:], retried)
	p.StopAt, p.CutAt, p.CreatedAt = fromMicros(stop.Int64), fromMicros(cut), fromMicros(created)
	return p, err
}
