package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
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
			VALUES (?1, ?2, ?3, 0, 0, '') ON CONFLICT DO UPDATE SET next_at = ?3`, connection[:], string(kind), micros(at))
		if err != nil {
			return err
		}
	}
	if len(kinds) > 0 {
		t.wakeLane(db, fence.Imports, connection)
	}
	return nil
}

// ParkImports takes a connection's schedules out of work.
func (db *DB) ParkImports(ctx context.Context, connection uuid.UUID) error {
	return db.do(ctx, func(tx *tx) error { return tx.park(connection) })
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

// SettleImport stores how an import ended.
func (db *DB) SettleImport(ctx context.Context, claim fence.Claim, from, to record.Schedule) error {
	return db.do(ctx, func(tx *tx) error {
		if err := tx.hold(claim); err != nil {
			return err
		}
		// One that was parked (NULL equals nothing) or asked for meanwhile keeps that time, and
		// yet learns how the import ended.
		return tx.exec(`UPDATE import_schedule SET next_at = CASE WHEN next_at = ?2 THEN ?3 ELSE next_at END,
			last_success_at = ?4, failures = ?5, problem = ?6 WHERE seq = ?1`,
			from.Seq, micros(from.NextAt), micros(to.NextAt), micros(to.LastSuccessAt), to.Failures, to.Problem)
	})
}

// DueImports lists the connections that have a kind due.
func (db *DB) DueImports(ctx context.Context, at time.Time) ([]uuid.UUID, error) {
	return list(ctx, db, `SELECT DISTINCT connection FROM import_schedule WHERE next_at <= ?1`, scanOne[uuid.UUID], micros(at))
}
