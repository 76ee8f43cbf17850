package tables

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// subscriptionColumns are in the order in which box.subscription reads them. fleet_ids and
// fleet_refs are JSON arrays, NULL where they narrow nothing; filters beside them is Filters.Key
// and only there to be compared. url may be sealed; its receiver's URL, which is the same, stands in for one
// that does not open.
const subscriptionColumns = `id, partner, url, url_key, event_name, fleet_ids, fleet_refs, sealed, previous,
	previous_until, encoding, learned, retry_refused, refused, judged_from, success, counted, failed_in_row, status,
	created_at, updated_at, strict, pause, (SELECT r.url FROM receiver r WHERE r.id = subscription.receiver),
	(SELECT r.url_key FROM receiver r WHERE r.id = subscription.receiver)`

// InsertSubscriptions adds all of them or none.
func (db *DB) InsertSubscriptions(ctx context.Context, all []webhook.Subscription, most int) error {
	return db.audited(ctx, func(tx *tx) error {
		// All are asked before the first is inserted, so that a refusal has changed nothing.
		for _, s := range all {
			if err := tx.wanted(s, uuid.Nil); err != nil {
				return err
			}
		}
		if err := tx.roomFor(all, most); err != nil {
			return err
		}
		for _, s := range all {
			if err := tx.insertSubscription(s); err != nil {
				return err
			}
		}
		for _, s := range all {
			if err := tx.tellOfSubscription(db, webhook.EventCreated, s); err != nil {
				return err
			}
			if err := tx.along(ctx, db, webhook.Subscription{}, s, webhook.ByOwner); err != nil {
				return err
			}
		}
		return nil
	}, webhookThings(all)...)
}

// wanted refuses a subscription that is there already, unless that is the one of an id. The unique index would refuse
// it as well, but a failed statement rolls the whole group back.
func (t *tx) wanted(s webhook.Subscription, but uuid.UUID) error {
	key, other := t.keys(s.Partner, s.URL)
	taken, err := t.there(`SELECT 1 FROM subscription WHERE partner = ?1 AND event_name = ?2 AND url_key IN (?3, ?4)
		AND filters = ?5 AND status <> 'deleted' AND id <> ?6`, s.Partner[:], s.EventName, key, other, s.Filters.Key(),
		but[:])
	if err == nil && taken {
		return refusal{webhook.ErrDuplicate}
	}
	return err
}

// roomFor refuses new subscriptions of a partner that has too many. The unique index holds those that
// are not deleted alone.
func (t *tx) roomFor(all []webhook.Subscription, most int) error {
	if len(all) == 0 {
		return nil
	}
	has, err := rows(t, `SELECT count(*) FROM subscription WHERE partner = ?1 AND status <> 'deleted'`, scanOne[int],
		all[0].Partner[:])
	if err != nil {
		return err
	}
	if err := webhook.RoomFor(has[0]+len(all), most); err != nil {
		return refusal{err}
	}
	more := map[string]int{}
	for _, s := range all {
		more[s.EventName]++
	}
	for name, n := range more {
		has, err := rows(t, `SELECT count(*) FROM subscription WHERE partner = ?1 AND event_name = ?2
			AND status <> 'deleted'`,
			scanOne[int], all[0].Partner[:], name)
		if err != nil {
			return err
		}
		if err := webhook.RoomForOne(has[0] + n); err != nil {
			return refusal{err}
		}
	}
	return nil
}

// insertSubscription adds one that is not there; its secret comes sealed.
func (t *tx) insertSubscription(s webhook.Subscription) error {
	ids, refs, err := filterColumns(s.Filters)
	if err != nil {
		return err
	}
	at, err := t.address(s.Partner, s.URL)
	if err != nil {
		return err
	}
	pause, err := pauseText(s.Paused, s.Health.Since)
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO subscription (id, partner, url, event_name, filters, fleet_ids, fleet_refs, sealed,
		previous, previous_until, encoding, learned, retry_refused, refused, judged_from, success, counted,
		failed_in_row, status, created_at, updated_at, strict, url_key, pause)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
			?23, ?24)`,
		s.ID[:], s.Partner[:], at.url, s.EventName, s.Filters.Key(), ids, refs, s.Sealed, s.Previous,
		micros(s.PreviousUntil), string(s.Encoding), string(s.Learned), s.RetryRefused, s.Refused,
		micros(s.Health.Since), s.Health.Success,
		s.Health.Counted, s.Health.FailedInRow, string(s.Status), micros(s.CreatedAt), micros(s.UpdatedAt), s.Strict,
		at.key, pause)
}

// subscription reads subscriptionColumns, or webhook.ErrNotFound where a single row is
// missing.
func (b *box) subscription(row scanner) (webhook.Subscription, error) {
	var s webhook.Subscription
	var own, other located
	var ids, refs sql.NullString
	var until, since, created, updated int64
	var pause string
	err := row.Scan(&s.ID, &s.Partner, &own.url, &own.key, &s.EventName, &ids, &refs, &s.Sealed, &s.Previous, &until,
		&s.Encoding, &s.Learned, &s.RetryRefused, &s.Refused, &since, &s.Health.Success, &s.Health.Counted,
		&s.Health.FailedInRow, &s.Status, &created, &updated, &s.Strict, &pause, &other.url, &other.key)
	if err != nil {
		return s, missing(err, webhook.ErrNotFound)
	}
	own.partner, other.partner = s.Partner, s.Partner
	if s.URL, err = b.anyOf(own, other); err != nil {
		s.Damaged, err = apart(fmt.Errorf("opening the URL of subscription %s: %w", s.ID, err))
	}
	s.PreviousUntil, s.Health.Since = fromMicros(until), fromMicros(since)
	s.CreatedAt, s.UpdatedAt = fromMicros(created), fromMicros(updated)
	s.Filters = readFilters(ids, refs)
	return s, errors.Join(err, readPause(pause, &s))
}

// filterColumns are what readFilters reads.
func filterColumns(f *webhook.Filters) (ids, refs any, err error) {
	if f == nil {
		return nil, nil, nil
	}
	if ids, err = text(f.FleetIDs, len(f.FleetIDs) > 0); err != nil {
		return nil, nil, err
	}
	refs, err = text(f.FleetRefs, len(f.FleetRefs) > 0)
	return ids, refs, err
}

// readFilters reads the columns of a subscription's filters; nil if it has none.
func readFilters(ids, refs sql.NullString) *webhook.Filters {
	if !ids.Valid && !refs.Valid {
		return nil
	}
	f := &webhook.Filters{}
	if ids.Valid && json.Unmarshal([]byte(ids.String), &f.FleetIDs) != nil ||
		refs.Valid && json.Unmarshal([]byte(refs.String), &f.FleetRefs) != nil {
		return &webhook.Filters{Lost: true}
	}
	return f
}

// Subscription returns a partner's subscription.
func (db *DB) Subscription(ctx context.Context, partner, id uuid.UUID) (webhook.Subscription, error) {
	return one(ctx, db, subscriptionQuery+` AND partner = ?2`, db.writer.subscription, id[:], partner[:])
}

const subscriptionQuery = `SELECT ` + subscriptionColumns + ` FROM subscription WHERE id = ?1 AND status <> 'deleted'`

// SubscriptionByID returns a subscription whoever's it is, for its deliveries.
func (db *DB) SubscriptionByID(ctx context.Context, id uuid.UUID) (webhook.Subscription, error) {
	return remembered(ctx, db, named{"subscription", string(id[:]), ""}, func() (webhook.Subscription, error) {
		return one(ctx, db, subscriptionQuery, db.writer.subscription, id[:])
	})
}

// Subscriptions lists a partner's subscriptions, newest first.
func (db *DB) Subscriptions(ctx context.Context, q webhook.SubscriptionQuery) ([]webhook.Subscription, error) {
	c := conditions{}
	c.add("partner = ?", q.Partner[:])
	c.add("status <> 'deleted'")
	c.addIf(q.Status != "", "status = ?", string(q.Status))
	if len(q.EventNames) > 0 {
		names, err := text(q.EventNames, true)
		if err != nil {
			return nil, err
		}
		c.add("event_name IN (SELECT value FROM json_each(?))", names)
	}
	return window(ctx, db, selection{subscriptionColumns, ` FROM subscription`, c}, q.Window, db.writer.subscription)
}

// DeliveryLogs lists the attempts of a subscription, newest first.
func (db *DB) DeliveryLogs(ctx context.Context, q webhook.LogQuery) (page.Found[webhook.DeliveryLog], error) {
	l := walk{earliest: q.From, latest: q.To, sorted: sorted{q.Window, newestFirst()}}
	index := "delivery_log_list"
	switch {
	case q.Subject != uuid.Nil:
		index = "delivery_log_subject"
		l.add("subject = ?", q.Subject[:])
		l.add("attempt > 0")
		l.more.add("subscription = ?", q.Subscription[:])
		l.more.addIf(q.Status != "", "status = ?", string(q.Status))
	case q.Status == webhook.LogFailed:
		index = "delivery_log_failed"
		l.add("subscription = ?", q.Subscription[:])
		l.add("status = 'failed'")
	default:
		l.add("subscription = ?", q.Subscription[:])
		l.more.addIf(q.Status != "", "status = ?", string(q.Status))
	}
	l.columns, l.from = deliveryLogColumns, ` FROM delivery_log INDEXED BY `+index
	return walking(ctx, db, l, scanDeliveryLog)
}
