package tables

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// filedAtOnce bounds what one write files or removes, for which others wait.
const filedAtOnce = 128

// File moves the oldest of what waits for a feed into it, and not what is astray there.
func (db *DB) File(ctx context.Context, receiver uuid.UUID) (int, error) {
	return giveAs(ctx, db, turn{kind: deliveries}, func(tx *tx) (int, error) {
		waiting, err := rows(tx, `SELECT d.seq, d.subscription, d.sequence, d.event, e.data
			FROM delivery d CROSS JOIN event e CROSS JOIN subscription s
			WHERE e.id = d.event AND s.id = d.subscription AND s.receiver = ?1 AND s.status = 'active'
				AND d.queue = ?1 AND d.state = 'waiting'
			ORDER BY d.subject, d.seq LIMIT ?2`, scanUnfiled, receiver[:], filedAtOnce)
		if err != nil || len(waiting) == 0 {
			return 0, err
		}
		slices.SortFunc(waiting, func(a, b unfiled) int { return cmp.Compare(a.seq, b.seq) })
		places, err := rows(tx, `UPDATE receiver SET filed = filed + ?2 WHERE id = ?1 RETURNING filed - ?2`,
			scanOne[int64], receiver[:], len(waiting))
		if err != nil || len(places) == 0 {
			return 0, err
		}
		place, last := places[0], map[uuid.UUID]int64{}
		for _, w := range waiting {
			place++
			if w.sequence == 0 {
				if w.sequence, err = tx.nextNumber(w.subscription, last); err != nil {
					return 0, err
				}
			}
			if err := tx.file(receiver, place, w, db.now()); err != nil {
				return 0, err
			}
		}
		return len(waiting), tx.saveNumbers(last)
	})
}

// unfiled is a delivery that waits for a feed. data are those of its event as they lie: what is sealed is
// sealed alike in a feed, and need not open.
type unfiled struct {
	seq, sequence       int64
	subscription, event uuid.UUID
	data                any
}

func scanUnfiled(row scanner) (w unfiled, err error) {
	return w, row.Scan(&w.seq, &w.subscription, &w.sequence, &w.event, &w.data)
}

func (t *tx) file(receiver uuid.UUID, place int64, w unfiled, at time.Time) (err error) {
	if clear, ok := w.data.(string); ok {
		if w.data, err = t.put(clear, bound("data", w.event[:])); err != nil {
			return err
		}
	}
	err = t.exec(`INSERT INTO feed (receiver, place, subscription, sequence, event, name, partner, subject, fleet,
		fleet_ref, occurred_at, data, filed_at, kind, own)
		SELECT ?1, ?2, ?3, ?4, id, name, partner, subject, fleet, fleet_ref, occurred_at, ?6, ?7, kind, own
		FROM event WHERE id = ?5`,
		receiver[:], place, w.subscription[:], w.sequence, w.event[:], w.data, micros(at))
	if err != nil {
		return err
	}
	return t.dropDelivery(w.seq, w.event)
}

// Filed returns the events of a feed behind a place.
func (db *DB) Filed(ctx context.Context, receiver uuid.UUID, after int64, most int) ([]webhook.Filed, error) {
	return list(ctx, db, `SELECT place, subscription, sequence, event, name, partner, subject, fleet, fleet_ref,
		kind, own, occurred_at, data FROM feed WHERE receiver = ?1 AND place > ?2 ORDER BY place LIMIT ?3`,
		db.writer.filed, receiver[:], after, most)
}

func (b *box) filed(row scanner) (webhook.Filed, error) {
	var f webhook.Filed
	to, done := b.event(&f.Event)
	err := row.Scan(append([]any{&f.Place, &f.Subscription, &f.Sequence}, to...)...)
	if err == nil {
		err = done()
	}
	return f, err
}

// SweepFeeds removes what was filed first, and notes of each feed how far it was removed. Of a feed what
// was filed first stands first.
func (db *DB) SweepFeeds(ctx context.Context, before time.Time) (more bool, err error) {
	return give(ctx, db, func(tx *tx) (bool, error) {
		old, err := rows(tx, `SELECT receiver, place FROM feed WHERE filed_at < ?1 ORDER BY filed_at LIMIT ?2`,
			func(row scanner) (r webhook.Receiver, err error) { return r, row.Scan(&r.ID, &r.Swept) }, micros(before),
			filedAtOnce)
		if err != nil {
			return false, err
		}
		for _, o := range old {
			if err := tx.exec(`DELETE FROM feed WHERE receiver = ?1 AND place = ?2`, o.ID[:], o.Swept); err != nil {
				return false, err
			}
			if err := tx.exec(`UPDATE receiver SET swept = max(swept, ?2) WHERE id = ?1`, o.ID[:],
				o.Swept); err != nil {
				return false, err
			}
		}
		return len(old) == filedAtOnce, nil
	})
}
