package tables

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// deliveryLogColumns are in the order in which scanDeliveryLog reads them.
const deliveryLogColumns = `id, subscription, event, event_name, status, status_code, error_message,
	response_time_ms, created_at, subject, attempt, signed_at, signed_sum`

// scanDeliveryLog reads an entry; error_message and response_time_ms may be NULL, and an earlier release has left the last
// four columns empty.
func scanDeliveryLog(row scanner) (webhook.DeliveryLog, error) {
	var l webhook.DeliveryLog
	var created, signed int64
	var subject, sum []byte
	err := row.Scan(&l.ID, &l.Subscription, &l.EventID, &l.EventName, &l.Status, &l.StatusCode, &l.ErrorMessage,
		&l.ResponseTimeMS, &created, &subject, &l.Attempt, &signed, &sum)
	l.CreatedAt, l.Signed.At = fromMicros(created), fromMicros(signed)
	copy(l.Subject[:], subject)
	copy(l.Signed.Sum[:], sum)
	return l, err
}

// SubjectLogs reads the newest entries of a subject.
func (db *DB) SubjectLogs(ctx context.Context, subject uuid.UUID, most int) ([]webhook.DeliveryLog, error) {
	return shown(ctx, db, `SELECT `+deliveryLogColumns+` FROM delivery_log INDEXED BY delivery_log_subject
		WHERE subject = ?1 AND attempt > 0 ORDER BY created_at DESC, id DESC LIMIT ?2`, scanDeliveryLog, subject[:], most)
}

// undeliveredColumns are in the order in which box.undelivered reads them.
const undeliveredColumns = `d.seq, d.subscription, d.sequence, d.tries, d.next_at, d.state, ` + eventColumns

// Undelivered reads by the index of events what was tried, and by that of queues what was not. No index holds deliveries
// by their subjects alone: each event would pay for it, and a partner has few subscriptions to one.
func (db *DB) Undelivered(ctx context.Context, q webhook.UndeliveredQuery) ([]webhook.Undelivered, error) {
	tried, err := shown(ctx, db, `SELECT `+undeliveredColumns+` FROM delivery d INDEXED BY delivery_event CROSS JOIN event e
		WHERE e.id = d.event AND d.event IN (SELECT unhex(value) FROM json_each(?1)) AND d.subject = ?2
		ORDER BY d.seq LIMIT ?3`, db.writer.undelivered, hexed(q.Events), q.Subject[:], q.Most)
	if err != nil {
		return nil, err
	}
	names, err := text(q.EventNames, true)
	if err != nil {
		return nil, err
	}
	all, err := shown(ctx, db, `SELECT `+undeliveredColumns+` FROM subscription s CROSS JOIN delivery d CROSS JOIN event e
		WHERE s.partner = ?1 AND s.event_name IN (SELECT value FROM json_each(?2)) AND s.status <> 'deleted'
		AND d.queue IN (s.receiver, s.id) AND d.subject = ?3 AND d.state = 'waiting' AND d.subscription = s.id
		AND e.id = d.event ORDER BY d.seq LIMIT ?4`, db.writer.undelivered, q.Partner[:], names, q.Subject[:], q.Most)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	for _, d := range tried {
		seen[d.Seq] = true
	}
	for _, d := range all {
		if !seen[d.Seq] {
			tried = append(tried, d)
		}
	}
	return tried, nil
}

// undelivered reads a delivery with its state and event.
func (b *box) undelivered(row scanner) (webhook.Undelivered, error) {
	var u webhook.Undelivered
	var next int64
	to, done := b.event(&u.Event)
	err := row.Scan(append([]any{&u.Seq, &u.Waiting.Subscription, &u.Sequence, &u.Tries, &next, &u.State}, to...)...)
	if err == nil {
		err = done()
	}
	u.NextAt = fromMicros(next)
	return u, err
}
