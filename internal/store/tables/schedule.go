package tables

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// ScheduleImports makes kinds of a connection due.
func (db *DB) ScheduleImports(ctx context.Context, connection uuid.UUID, kinds []resource.Kind, at time.Time) error {
	return db.do(ctx, func(tx *tx) error { return tx.schedule(db, connection, kinds, at) })
}

// schedule keeps what is known of the last import of a kind: only the time at which it is due is
// new.
func (t *tx) schedule(db *DB, connection uuid.UUID, kinds []resource.Kind, at time.Time) error {
	for _, kind := range kinds {
		err := t.exec(`INSERT INTO import_schedule (connection, kind, next_at, last_success_at, failures, problem)
			VALUES (?1, ?2, ?3, 0, 0, '') ON CONFLICT (connection, kind) DO UPDATE SET next_at = ?3`,
			connection[:], string(kind), micros(at))
		if err != nil {
			return err
		}
	}
	if len(kinds) > 0 {
		t.wakeLane(db, fence.Imports, connection)
	}
	return nil
}

// ParkImports takes a connection's schedules out of work, unless it has become active since somebody looked.
func (db *DB) ParkImports(ctx context.Context, connection uuid.UUID) error {
	return db.do(ctx, func(tx *tx) error {
		return tx.exec(`UPDATE import_schedule SET next_at = NULL WHERE connection = ?1
			AND NOT EXISTS (SELECT 1 FROM connection WHERE id = ?1 AND status = 'active')`, connection[:])
	})
}

// park leaves the rows, by which freshness tells when the last import was.
func (t *tx) park(connection uuid.UUID) error {
	return t.exec(`UPDATE import_schedule SET next_at = NULL WHERE connection = ?1`, connection[:])
}

// reschedule makes the schedules of a connection follow a change of it. Parking all of them first
// stops the kinds that are not due any more.
func (t *tx) reschedule(db *DB, c connection.Change) error {
	if err := t.park(c.To.ID); err != nil {
		return err
	}
	return t.schedule(db, c.To.ID, c.Kinds, c.To.UpdatedAt)
}

// SchedulesOf lists the schedules of connections.
func (db *DB) SchedulesOf(ctx context.Context, connections []uuid.UUID) ([]record.Schedule, error) {
	return list(ctx, db, `SELECT seq, connection, kind, next_at, last_success_at, failures, problem
		FROM import_schedule WHERE connection IN (SELECT unhex(value) FROM json_each(?1)) ORDER BY seq`,
		scanSchedule, hexed(connections))
}

// scanSchedule reads a schedule; next_at is NULL while it is parked.
func scanSchedule(row scanner) (record.Schedule, error) {
	var s record.Schedule
	var next sql.NullInt64
	var last int64
	err := row.Scan(&s.Seq, &s.Connection, &s.Kind, &next, &last, &s.Failures, &s.Problem)
	s.NextAt, s.LastSuccessAt = fromMicros(next.Int64), fromMicros(last)
	return s, err
}

// SettleImport stores how an import ended. What is too old to be told of goes with it, which is one
// row at a time: a schedule alone never has more to drop than it has had executions in its time.
func (db *DB) SettleImport(ctx context.Context, claim fence.Claim, end record.ImportEnd) error {
	from, to := end.From, end.To
	return db.do(ctx, func(tx *tx) error {
		if err := tx.hold(claim); err != nil {
			return err
		}
		// One that was parked (NULL equals nothing) or asked for meanwhile keeps that time, and
		// yet learns how the import ended.
		err := tx.exec(`UPDATE import_schedule SET next_at = CASE WHEN next_at = ?2 THEN ?3 ELSE next_at END,
			last_success_at = ?4, failures = ?5, problem = ?6 WHERE seq = ?1`,
			from.Seq, micros(from.NextAt), micros(to.NextAt), micros(to.LastSuccessAt), to.Failures, to.Problem)
		if err != nil {
			return err
		}
		err = tx.exec(`INSERT INTO import_execution (schedule, began_at, ended_at, problem) SELECT CAST(?1 AS BIGINT),
			CAST(?2 AS BIGINT), CAST(?3 AS BIGINT), CAST(?4 AS TEXT)
			WHERE NOT EXISTS (SELECT 1 FROM import_schedule i JOIN connection c ON c.id = i.connection WHERE i.seq = ?1
				AND c.status = 'deleted')
			ON CONFLICT DO NOTHING`, from.Seq, micros(end.Began), micros(end.Ended), end.Problem)
		if err != nil {
			return err
		}
		return tx.exec(`DELETE FROM import_execution WHERE schedule = ?1 AND began_at < ?2`, from.Seq,
			micros(end.Began.Add(-record.ExecutionsKept)))
	})
}

// ExecutionPage lists executions.
func (db *DB) ExecutionPage(ctx context.Context, q record.ExecutionQuery) ([]record.Execution, error) {
	c := conditions{}
	c.add("schedule = (SELECT seq FROM import_schedule WHERE connection = ? AND kind = ?)", q.Connection[:],
		string(q.Kind))
	c.add("began_at >= ?", micros(q.Since))
	// One alone of a schedule began at a time.
	at := func(p page.Position) (any, any) { return micros(p.At), micros(p.At) }
	return ordered(ctx, db, selection{"began_at, ended_at, problem", " FROM import_execution", c},
		sorted{q.Window, ordering{"began_at", "began_at", true, at, nil}}, scanExecution)
}

func scanExecution(row scanner) (record.Execution, error) {
	var e record.Execution
	var began, ended int64
	err := row.Scan(&began, &ended, &e.Problem)
	e.Began, e.Ended = fromMicros(began), fromMicros(ended)
	return e, err
}

// forgetExecutions drops those of a connection.
func (t *tx) forgetExecutions(connection uuid.UUID) error {
	return t.exec(`DELETE FROM import_execution WHERE schedule IN (SELECT seq FROM import_schedule
		WHERE connection = ?1)`,
		connection[:])
}

// DueImports lists the connections that have a kind due.
func (db *DB) DueImports(ctx context.Context, at time.Time) ([]uuid.UUID, error) {
	return list(ctx, db, `SELECT DISTINCT connection FROM import_schedule WHERE next_at <= ?1`, scanOne[uuid.UUID],
		micros(at))
}
