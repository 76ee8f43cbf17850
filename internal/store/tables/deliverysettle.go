package tables

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// setback is the weight of an attempt that failed. Those at many receivers that hang end at the same moment: few of
// them share a commit, so that what others wait for is not as long as all of them together.
const setback = 8

// SettleDelivery records the end of one attempt at a delivery.
func (db *DB) SettleDelivery(ctx context.Context, s webhook.Settled) error {
	w := s.Waiting
	to := turn{kind: deliveries, owner: w.Event.Partner}
	if s.Result.Verdict != webhook.Delivered {
		to.heavy = setback
	}
	return db.doAs(ctx, to, func(tx *tx) error {
		if err := tx.hold(s.Claim); err != nil {
			return err
		}
		sub, err := tx.told(w.Subscription)
		if err != nil {
			return err
		}
		if sub.Status == webhook.Deleted {
			return refusal{fence.ErrOvertaken}
		}
		if err := overtaken(tx.endAttempt(s)); err != nil {
			return err
		}
		if s.Dropped() {
			if err := tx.dropEvent(w.Event.ID); err != nil {
				return err
			}
		}
		if s.State != webhook.DeliveryWithheld {
			if err := tx.judge(ctx, db, sub, s); err != nil {
				return err
			}
		}
		if s.FreesLane() {
			if err := tx.wakeReceiver(db, w.Subscription); err != nil {
				return err
			}
		}
		tx.count(s)
		return tx.logged(s.Log)
	})
}

// logged writes a log entry.
func (t *tx) logged(l webhook.DeliveryLog) error {
	return t.exec(`INSERT INTO delivery_log (id, subscription, event, event_name, status, status_code,
		error_message, response_time_ms, created_at, subject, attempt, signed_at, signed_sum)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`, l.ID[:],
		l.Subscription[:], l.EventID[:], l.EventName, string(l.Status), l.StatusCode, l.ErrorMessage,
		l.ResponseTimeMS, micros(l.CreatedAt), l.Subject[:], l.Attempt, micros(l.Signed.At), l.Signed.Sum[:])
}

// told is a subscription, as deleted if it is gone.
func (t *tx) told(id uuid.UUID) (webhook.Subscription, error) {
	return recalled(&t.known.subscriptions, id, func() (webhook.Subscription, error) {
		found, err := rows(t, `SELECT `+subscriptionColumns+` FROM subscription WHERE id = ?1`, t.subscription, id[:])
		return append(found, webhook.Subscription{Status: webhook.Deleted})[0], err
	})
}

// endAttempt writes what becomes of a delivery, and tells whether it was as its runner has read it.
func (t *tx) endAttempt(s webhook.Settled) (changed int64, err error) {
	w := s.Waiting
	const as = ` WHERE seq = ?1 AND tries = ?2 AND state = 'waiting' AND subscription = ?3 AND event = ?4`
	if s.Dropped() {
		// One that was given up as too old while it was under way has arrived all the same.
		return t.expect(`DELETE FROM delivery WHERE seq = ?1 AND tries = ?2 AND state IN ('waiting', 'dead') AND subscription = ?3
			AND event = ?4`, w.Seq, w.Tries, w.Subscription[:], w.Event.ID[:])
	}
	return t.expect(`UPDATE delivery SET state = ?5, tries = ?6,
		next_at = CASE WHEN CAST(?7 AS BIGINT) = 1 THEN next_at ELSE ?8 END`+as,
		w.Seq, w.Tries, w.Subscription[:], w.Event.ID[:], string(s.State), s.Tries(), s.PutsNothingOff(), micros(s.Until()))
}

// dropDelivery removes a delivery, and its event with the last one that needs it.
func (t *tx) dropDelivery(seq int64, of uuid.UUID) error {
	if err := t.exec(`DELETE FROM delivery WHERE seq = ?1`, seq); err != nil {
		return err
	}
	return t.dropEvent(of)
}

// dropEvent removes an event that no delivery needs any more.
func (t *tx) dropEvent(of uuid.UUID) error {
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
