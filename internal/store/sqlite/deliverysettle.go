package sqlite

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// SettleDelivery records the end of one attempt at a delivery.
func (db *DB) SettleDelivery(ctx context.Context, s webhook.Settled) error {
	w := s.Waiting
	return db.do(ctx, func(tx *tx) error {
		if err := tx.hold(s.Claim); err != nil {
			return err
		}
		subs, err := rows(tx, `SELECT `+subscriptionColumns+` FROM subscription WHERE id = ?1 AND status <> 'deleted'`,
			tx.subscription, w.Subscription[:])
		if err != nil {
			return err
		}
		if len(subs) == 0 {
			return refusal{fence.ErrOvertaken}
		}
		// The number of a delivery that was dropped is given again, so it alone says nothing.
		n, err := tx.change(`UPDATE delivery SET state = ?3, tries = ?7, next_at = CASE WHEN ?8 THEN next_at ELSE ?4 END
			WHERE seq = ?1 AND tries = ?2 AND state = 'waiting' AND subscription = ?5 AND event = ?6`,
			w.Seq, w.Tries, string(s.State), micros(s.Until()), w.Subscription[:], w.Event.ID[:], s.Tries(),
			s.PutsNothingOff())
		if err := overtaken(n, err); err != nil {
			return err
		}
		if s.Dropped() {
			if err := tx.dropDelivery(w.Seq, w.Event.ID); err != nil {
				return err
			}
		}
		if s.State != webhook.DeliveryWithheld {
			if err := tx.judge(ctx, db, subs[0], s); err != nil {
				return err
			}
		}
		if s.FreesLane() {
			if err := tx.wakeReceiver(db, w.Subscription); err != nil {
				return err
			}
		}
		if err := tx.count(s); err != nil {
			return err
		}
		l := s.Log
		return tx.exec(`INSERT INTO delivery_log (id, subscription, event, event_name, status, status_code,
			error_message, response_time_ms, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`, l.ID[:],
			l.Subscription[:], l.EventID[:], l.EventName, string(l.Status), l.StatusCode, l.ErrorMessage,
			l.ResponseTimeMS, micros(l.CreatedAt))
	})
}

// dropDelivery removes a delivery, and its event with the last one that needs it.
func (t *tx) dropDelivery(seq int64, of uuid.UUID) error {
	if err := t.exec(`DELETE FROM delivery WHERE seq = ?1`, seq); err != nil {
		return err
	}
	return t.exec(`DELETE FROM event WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.event = ?1)`,
		of[:])
}

// judge stores a subscription as an attempt leaves it, and all of its receiver that go along.
func (t *tx) judge(ctx context.Context, db *DB, was webhook.Subscription, s webhook.Settled) error {
	is := was.After(s.Result, s.Log.CreatedAt)
	if is.Status == was.Status && is.Learned == was.Learned && is.Refused == was.Refused && is.Health == was.Health {
		return nil
	}
	if err := t.judged(ctx, db, was, is); err != nil {
		return err
	}
	return t.along(ctx, db, was, is, webhook.ByReceiver)
}
