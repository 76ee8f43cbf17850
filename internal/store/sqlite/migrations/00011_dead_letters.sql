-- +goose Up
-- Dead letters of a subscription in their order and by when their events occurred, and of all by when they died, which
-- next_at holds.
CREATE INDEX delivery_dead ON delivery (subscription, seq) WHERE state = 'dead';
CREATE INDEX delivery_dead_of ON delivery (subscription, created_at) WHERE state = 'dead';
CREATE INDEX delivery_dead_since ON delivery (next_at) WHERE state = 'dead';
-- Logs have no index by event, so they are read once and not for each dead letter.
CREATE TEMPORARY TABLE last_attempt (
  subscription BLOB NOT NULL, event BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (subscription, event)
) WITHOUT ROWID;
INSERT INTO last_attempt SELECT subscription, event, max(created_at) FROM delivery_log GROUP BY subscription, event;
UPDATE delivery SET next_at = coalesce(
  (SELECT l.at FROM last_attempt l WHERE l.subscription = delivery.subscription AND l.event = delivery.event),
  created_at) WHERE state = 'dead';
DROP TABLE last_attempt;

-- Deleted subscriptions of which deliveries, logs or counts are still to be removed.
CREATE TABLE subscription_leaving (subscription BLOB PRIMARY KEY) WITHOUT ROWID;
INSERT INTO subscription_leaving (subscription) SELECT id FROM subscription WHERE status = 'deleted';

-- What came of deliveries, by quarters of an hour since 1970: requests by when they ended, and messages by when their
-- events occurred.
CREATE TABLE delivery_count (
  subscription BLOB NOT NULL, quarter INTEGER NOT NULL, requests INTEGER NOT NULL, accepted INTEGER NOT NULL,
  answered INTEGER NOT NULL, answer_ms INTEGER NOT NULL, messages INTEGER NOT NULL, delivered INTEGER NOT NULL,
  PRIMARY KEY (subscription, quarter)
) WITHOUT ROWID;
CREATE INDEX delivery_count_age ON delivery_count (quarter);
INSERT INTO delivery_count (subscription, quarter, requests, accepted, answered, answer_ms, messages, delivered)
SELECT subscription, created_at / 900000000, count(*), sum(status_code BETWEEN 200 AND 299), count(response_time_ms),
  coalesce(sum(response_time_ms), 0), count(DISTINCT event), sum(status = 'success')
FROM delivery_log GROUP BY 1, 2;
