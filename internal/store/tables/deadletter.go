package tables

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// revivedOnce bounds the dead letters that are revived in one transaction, because every other write
// waits for it.
const revivedOnce = 250

// deadLetters selects dead letters, along their order unless their events are named, which are few. created_at of a
// delivery is when its event occurred.
func deadLetters(q webhook.DeadLetterQuery) (l walk) {
	index := "delivery_dead"
	l.add("d.subscription = ? AND d.state = 'dead'", q.Subscription[:])
	if len(q.Events) > 0 {
		index = "delivery_event"
		l.add("d.event IN (SELECT unhex(value) FROM json_each(?))", hexed(q.Events))
	}
	of := &l.more
	if len(q.Events) > 0 {
		of = &l.conditions
	}
	of.addIf(!q.From.IsZero(), "d.created_at >= ?", micros(q.From))
	of.addIf(!q.To.IsZero(), "d.created_at < ?", micros(q.To))
	l.from = " FROM delivery d INDEXED BY " + index
	l.sorted = sorted{q.Window, ordering{"d.seq", "d.subscription", true,
		func(p page.Position) (any, any) { return p.Seq, q.Subscription[:] },
		func(row scanner) (p page.Position, err error) {
			var subscription uuid.UUID
			return p, row.Scan(&p.Seq, &subscription)
		}}}
	return l
}

// DeadLetters lists dead letters. A dead one's next_at is when it died, which is also when its last
// attempt was logged.
func (db *DB) DeadLetters(ctx context.Context, q webhook.DeadLetterQuery) (page.Found[webhook.DeadLetter], error) {
	l := deadLetters(q)
	l.columns = `d.seq, d.subscription, d.tries, d.next_at, ` + eventColumns + `, l.status_code, l.error_message`
	l.joined = ` CROSS JOIN event e LEFT JOIN delivery_log l ON l.id = (SELECT max(x.id) FROM delivery_log x
			WHERE x.subscription = d.subscription AND x.created_at = d.next_at AND x.event = d.event)`
	l.link = "e.id = d.event"
	return walking(ctx, db, l, db.writer.deadLetter)
}

func (b *box) deadLetter(row scanner) (webhook.DeadLetter, error) {
	var d webhook.DeadLetter
	var died int64
	var status sql.NullInt64
	to, done := b.event(&d.Event)
	to = append([]any{&d.Seq, &d.Subscription, &d.Tries, &died}, to...)
	err := row.Scan(append(to, &status, &d.ErrorMessage)...)
	if err == nil {
		err = done()
	}
	d.DiedAt, d.StatusCode = fromMicros(died), int(status.Int64)
	return d, err
}

// corpse is what is read of a dead letter before it is revived.
type corpse struct {
	seq, occurred int64
}

// Revive lets dead letters wait again. Which of them is read beside the writer, so that a filter which
// fits few of many holds up nobody.
func (db *DB) Revive(ctx context.Context, q webhook.DeadLetterQuery, behind int64, at time.Time) (int, int64, error) {
	found, next, err := db.corpses(ctx, deadLetters(q), behind)
	if err != nil || len(found) == 0 {
		return 0, next, err
	}
	revived, err := give(ctx, db, func(tx *tx) (int, error) { return tx.revive(db, q.Subscription, found, at) })
	return revived, next, err
}

// corpses reads a bounded part of some dead letters, the oldest behind a Seq, and returns the Seq to go on behind; 0 says
// that nothing is left.
func (db *DB) corpses(ctx context.Context, l walk, behind int64) (all []corpse, next int64, err error) {
	l.by.descending, l.Window = false, page.Window{Limit: revivedOnce}
	l.columns = "d.seq, d.created_at"
	if behind > 0 {
		l.Place = page.Position{Seq: behind}
	}
	found, err := walking(ctx, db, l, func(row scanner) (c corpse, err error) {
		err = row.Scan(&c.seq, &c.occurred)
		return c, err
	})
	next = found.Looked.Seq
	if n := len(found.Entries); n == revivedOnce {
		next = found.Entries[n-1].seq
	}
	return found.Entries, next, err
}

// revive lets those wait again that are still dead. They count as tried again when they are.
func (t *tx) revive(db *DB, subscription uuid.UUID, dead []corpse, at time.Time) (revived int, err error) {
	// What died in this group has been counted before it is counted out.
	if err := t.saveCounts(); err != nil {
		return 0, err
	}
	for _, d := range dead {
		n, err := t.change(`UPDATE delivery SET state = 'waiting', tries = 0, next_at = ?3
			WHERE seq = ?1 AND subscription = ?2 AND created_at = ?4 AND state = 'dead'`,
			d.seq, subscription[:], micros(at), d.occurred)
		if err != nil {
			return revived, err
		}
		if n == 0 {
			continue
		}
		revived++
		err = t.exec(`UPDATE delivery_count SET messages = max(0, messages - 1) WHERE subscription = ?1
			AND quarter = ?2`,
			subscription[:], quarter(fromMicros(d.occurred)))
		if err != nil {
			return revived, err
		}
	}
	return revived, t.wakeReceiver(db, subscription)
}
