-- +goose Up
-- What a receiver does counts for all of its subscriptions, so what waits for stale ones stands in its queue, in order with
-- what waits for the others; what is paused alone stands aside. Those of which some were stale and some were not begin anew.
UPDATE subscription SET status = 'active', judged_from = CAST(unixepoch('subsec') * 1000000 AS INTEGER), success = 1, counted = 0,
  failed_in_row = 0, updated_at = updated_at + 1
  WHERE status = 'stale' AND receiver IN (SELECT receiver FROM subscription WHERE status = 'active');
UPDATE subscription SET astray = 1 WHERE status = 'stale';

-- What was tried and failed is due at once when its subscription is active again.
CREATE INDEX delivery_late ON delivery (subscription, next_at) WHERE state = 'waiting' AND tries > 0;

-- A replay moves what had died in another queue, and leaves the times of the other deliveries as they are.
DROP TRIGGER delivery_replayed;
-- +goose StatementBegin
CREATE TRIGGER delivery_replayed AFTER UPDATE OF state ON delivery WHEN new.state = 'waiting' AND old.state <> 'waiting' BEGIN
  UPDATE subscription SET astray = 1 WHERE id = new.subscription
    AND new.queue <> CASE WHEN status IN ('active', 'stale') THEN receiver ELSE id END;
END;
-- +goose StatementEnd
