package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/bench/gateway"
)

// history is Waybill with many finished operations of the partner, one in fifty of which has failed. They
// are copies of one that it has made itself, with its attempt, its record and its delivery.
func (f *field) history(ctx context.Context) (*gateway.Waybill, error) {
	if f.full != nil {
		return f.full, nil
	}
	w, err := f.start(ctx, "history", f.connections)
	if err != nil {
		return nil, err
	}
	if _, err := f.closed(ctx, w, 1, f.span/8); err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := w.Process().Stop(); err != nil {
		return nil, err
	}
	if err := finished(ctx, w.Database(), f.rows); err != nil {
		return nil, err
	}
	f.say("history has %d operations", begun, f.rows)
	if err := w.Serve(ctx); err != nil {
		return nil, err
	}
	f.full = w
	return w, f.warm(ctx, w)
}

// finished copies a finished operation and what hangs on it. Times go back a second for each.
func finished(ctx context.Context, path string, rows int) error {
	return putRows(ctx, path, func(db *sql.DB) error { return finish(ctx, db, rows) })
}

func finish(ctx context.Context, db *sql.DB, rows int) error {
	var operation, record []byte
	const first = `SELECT id, resource FROM operation WHERE state = 'success' ORDER BY seq LIMIT 1`
	if err := db.QueryRowContext(ctx, first).Scan(&operation, &record); err != nil {
		return fmt.Errorf("looking for an operation to copy: %w", err)
	}
	back := fmt.Sprintf("- (%d - i) * 1000000", rows+1)
	places, err := next(ctx, db, "record", "seq")
	if err != nil {
		return err
	}
	of := fmt.Sprintf("WHERE t.id = x'%x'", operation)
	place := fmt.Sprintf("i + %d", places)
	ofRecord := fmt.Sprintf("WHERE t.record = (SELECT seq FROM record WHERE id = x'%x')", record)
	for _, c := range []copies{
		{table: "operation", of: of, anew: map[string]string{"seq": "", "id": id("a"), "resource": id("b"),
			"state":      "CASE WHEN i % 50 = 0 THEN 'failed' ELSE 'success' END",
			"created_at": "t.created_at " + back, "updated_at": "t.updated_at " + back}},
		{table: "attempt", of: fmt.Sprintf("WHERE t.operation = x'%x'", operation),
			anew: map[string]string{"operation": id("a"), "id": id("c")}},
		{optional: true, table: "record", of: fmt.Sprintf("WHERE t.id = x'%x'", record), anew: map[string]string{"seq": place,
			"id": id("b"), "source_id": "t.source_id || '-' || i", "sort_at": "t.sort_at " + back,
			"created_at": "t.created_at " + back, "updated_at": "t.updated_at " + back, "occurred_at": "t.occurred_at " + back}},
		{optional: true, table: "record_reach", of: ofRecord, anew: map[string]string{"record": place}},
		{optional: true, table: "record_reference", of: ofRecord,
			anew: map[string]string{"record": place, "sort_at": "t.sort_at " + back}},
		{optional: true, table: "delivery_log", anew: map[string]string{"id": id("d"), "event": id("e"),
			"status": "CASE WHEN i % 50 = 0 THEN 'failed' ELSE t.status END", "created_at": "t.created_at " + back}},
	} {
		if err := c.make(ctx, db, rows); err != nil {
			return err
		}
	}
	return nil
}

// next is the greatest number in a column.
func next(ctx context.Context, db *sql.DB, table, column string) (n int, err error) {
	err = db.QueryRowContext(ctx, fmt.Sprintf(`SELECT coalesce(max(%s), 0) FROM %s`, column, table)).Scan(&n)
	return n, err
}
