package tables

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/lane"
)

// calls are counted in memory as they are made, and added to what is stored by writes of their own, each row a few times
// an hour: nobody who writes or calls waits for them.
type calls = counter[callRow, callCount]

// callRow names a row of call_count.
type callRow struct {
	slot       int64
	connection uuid.UUID
}

// callCount is what was counted of a row since a time.
type callCount struct {
	since         time.Time
	made, refused int
}

// callsOnce bounds the rows that are written in one transaction, because every other write waits for it.
const callsOnce = 100

func slotOf(at time.Time) int64 { return at.Unix() / int64(lane.CallsEvery/time.Second) }

func timeOfSlot(slot int64) time.Time {
	return time.Unix(slot*int64(lane.CallsEvery/time.Second), 0).UTC()
}

// sumOfCalls adds calls of one row; of two times the first counts.
func sumOfCalls(a, b callCount) callCount {
	if b.since.Before(a.since) {
		a.since = b.since
	}
	a.made, a.refused = a.made+b.made, a.refused+b.refused
	return a
}

// CountCalls adds to what is in memory.
func (db *DB) CountCalls(connection uuid.UUID, made, refused int) {
	now := db.now()
	db.calls.add(callRow{slotOf(now), connection}, callCount{now, made, refused})
}

// SaveCalls adds what was counted to what is stored, in transactions of a few rows. All processes add in one order, so that
// none waits for another in a circle.
func (db *DB) SaveCalls(ctx context.Context, ago time.Duration) error {
	until := db.now().Add(-ago)
	some := func(counted map[callRow]callCount) (rows []callRow) {
		for row, n := range counted {
			if !n.since.After(until) {
				rows = append(rows, row)
			}
		}
		slices.SortFunc(rows, func(a, b callRow) int {
			return cmp.Or(cmp.Compare(a.slot, b.slot), bytes.Compare(a.connection[:], b.connection[:]))
		})
		return rows[:min(callsOnce, len(rows))]
	}
	for {
		n, err := db.calls.save(ctx, some, db.addCalls)
		if err != nil || n < callsOnce {
			return err
		}
	}
}

func (db *DB) addCalls(ctx context.Context, rows []callRow, counted map[callRow]callCount) error {
	return db.do(ctx, func(tx *tx) error {
		for _, row := range rows {
			n := counted[row]
			err := tx.exec(`INSERT INTO call_count (slot, connection, made, refused) VALUES (?1, ?2, ?3, ?4)
				ON CONFLICT (slot, connection) DO UPDATE SET made = call_count.made + ?3, refused = call_count.refused + ?4`,
				row.slot, row.connection[:], n.made, n.refused)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Calls looks up the row of each time by its key, and adds what is not stored yet.
func (db *DB) Calls(ctx context.Context, connection uuid.UUID, since time.Time) (all []lane.Calls, err error) {
	ctx, end := db.listing(ctx)
	defer end()
	var slots []int
	for slot := max(slotOf(since), slotOf(db.now().Add(-lane.CallsKept))); slot <= slotOf(db.now()); slot++ {
		slots = append(slots, int(slot))
	}
	leave, err := db.calls.alone(ctx)
	if err != nil {
		return nil, db.slow(ctx, err)
	}
	defer leave()
	stored, err := db.storedCalls(ctx, connection, slots)
	if err != nil {
		return nil, err
	}
	for _, slot := range slots {
		n, more := stored[int64(slot)], db.calls.of(callRow{int64(slot), connection})
		n.At, n.Made, n.Refused = timeOfSlot(int64(slot)), n.Made+more.made, n.Refused+more.refused
		if n.Made > 0 {
			all = append(all, n)
		}
	}
	return all, nil
}

func (db *DB) storedCalls(ctx context.Context, connection uuid.UUID, slots []int) (map[int64]lane.Calls, error) {
	of := map[int64]lane.Calls{}
	_, err := shown(ctx, db, `SELECT c.slot, c.made, c.refused FROM (SELECT CAST(value AS BIGINT) AS slot FROM json_each(?1)) s
		CROSS JOIN call_count c WHERE c.slot = s.slot AND c.connection = ?2`, func(row scanner) (slot int64, err error) {
		var n lane.Calls
		err = row.Scan(&slot, &n.Made, &n.Refused)
		of[slot] = n
		return slot, err
	}, numbers(slots), connection[:])
	return of, err
}

// ForgetCalls removes rows of the oldest time.
func (db *DB) ForgetCalls(ctx context.Context) (more bool, err error) {
	oldest, err := one(ctx, db, `SELECT coalesce(min(slot), 0) FROM call_count`, scanOne[int64])
	if err != nil || oldest == 0 || oldest >= slotOf(db.now().Add(-lane.CallsKept)) {
		return false, err
	}
	err = db.do(ctx, func(tx *tx) error {
		return tx.exec(`DELETE FROM call_count WHERE slot = ?1 AND connection IN
			(SELECT connection FROM call_count WHERE slot = ?1 ORDER BY connection LIMIT ?2)`, oldest, sweptOnce)
	})
	return err == nil, err
}
