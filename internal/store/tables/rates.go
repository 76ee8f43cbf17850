package tables

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// rates are counted in memory once a group is committed, and added to what is stored by a write of their own some times a
// minute: no write of an operation pays for them.
type rates = counter[rateRow, operation.Rate]

// rateRow names a row of operation_count.
type rateRow struct {
	minute int64
	tsp    tsp.Name
}

func minuteOf(at time.Time) int64 { return at.Unix() / 60 }

func sumOfRates(a, b operation.Rate) operation.Rate {
	a.Add(b)
	return a
}

// came has an operation counted once it is committed that was accepted.
func (t *tx) came(db *DB, op *operation.Operation) {
	at, of := op.CreatedAt, op.TSP
	t.woken = append(t.woken, func() { db.rates.add(rateRow{minuteOf(at), of}, operation.Rate{Accepted: 1}) })
}

// ended has an operation counted once it is committed that has ended.
func (t *tx) ended(db *DB, op operation.Operation) {
	t.woken = append(t.woken, func() { db.rates.add(rateRow{minuteOf(op.UpdatedAt), op.TSP}, op.Ending()) })
}

// SaveRates adds what was counted to what is stored.
func (db *DB) SaveRates(ctx context.Context) error {
	all := func(counted map[rateRow]operation.Rate) []rateRow {
		return slices.SortedFunc(maps.Keys(counted), func(a, b rateRow) int {
			return cmp.Or(cmp.Compare(a.minute, b.minute), cmp.Compare(a.tsp, b.tsp))
		})
	}
	_, err := db.rates.save(ctx, all, func(ctx context.Context, rows []rateRow, counted map[rateRow]operation.Rate) error {
		return db.do(ctx, func(tx *tx) error {
			for _, row := range rows {
				n := counted[row]
				err := tx.exec(`INSERT INTO operation_count (minute, tsp, accepted, succeeded, failed, unknown, cancelled)
					VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
					ON CONFLICT (minute, tsp) DO UPDATE SET accepted = operation_count.accepted + ?3,
					succeeded = operation_count.succeeded + ?4, failed = operation_count.failed + ?5,
					unknown = operation_count.unknown + ?6, cancelled = operation_count.cancelled + ?7`,
					row.minute, string(row.tsp), n.Accepted, n.Succeeded, n.Failed, n.Unknown, n.Cancelled)
				if err != nil {
					return err
				}
			}
			return tx.exec(`DELETE FROM operation_count WHERE minute < ?1`, minuteOf(db.now().Add(-operation.RatesKept)))
		})
	})
	return err
}

// Rates adds up the rows of stretches, and what is not stored yet.
func (db *DB) Rates(ctx context.Context, since time.Time, every time.Duration) ([]operation.Rate, error) {
	ctx, end := db.listing(ctx)
	defer end()
	span := max(1, int64(every/time.Minute))
	all := map[rateRow]operation.Rate{}
	add := func(row rateRow, n operation.Rate) {
		at := rateRow{row.minute / span * span, row.tsp}
		n.At, n.TSP = time.Unix(at.minute*60, 0).UTC(), at.tsp
		n.Add(all[at])
		all[at] = n
	}
	leave, err := db.rates.alone(ctx)
	if err != nil {
		return nil, db.slow(ctx, err)
	}
	defer leave()
	stored, err := db.storedRates(ctx, since, span)
	if err != nil {
		return nil, err
	}
	for _, r := range stored {
		add(rateRow{minuteOf(r.At), r.TSP}, r)
	}
	db.rates.each(func(row rateRow, n operation.Rate) {
		if row.minute >= minuteOf(since) {
			add(row, n)
		}
	})
	return slices.SortedFunc(maps.Values(all), func(a, b operation.Rate) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.TSP, b.TSP))
	}), nil
}

func (db *DB) storedRates(ctx context.Context, since time.Time, span int64) ([]operation.Rate, error) {
	return shown(ctx, db, `SELECT minute / ?1 * ?1, tsp, CAST(sum(accepted) AS BIGINT), CAST(sum(succeeded) AS BIGINT),
		CAST(sum(failed) AS BIGINT), CAST(sum(unknown) AS BIGINT), CAST(sum(cancelled) AS BIGINT)
		FROM operation_count WHERE minute >= ?2 GROUP BY 1, 2`,
		func(row scanner) (r operation.Rate, err error) {
			var minute int64
			var name string
			err = row.Scan(&minute, &name, &r.Accepted, &r.Succeeded, &r.Failed, &r.Unknown, &r.Cancelled)
			r.At, r.TSP = time.Unix(minute*60, 0).UTC(), tsp.Name(name)
			return r, err
		}, span, minuteOf(since))
}

// CountFailed counts along the index of those that failed.
func (db *DB) CountFailed(ctx context.Context, since time.Time) (map[operation.Stage]operation.Count, error) {
	ctx, end := db.listing(ctx)
	defer end()
	failed, err := db.countStretch(ctx, operation.Survey{From: since}, "operation_failed_list", "state = 'failed'")
	of := map[operation.Stage]operation.Count{}
	for _, s := range operation.Counted() {
		if hasFailed(s) {
			of[s] = failed.count(s)
		}
	}
	return of, err
}
