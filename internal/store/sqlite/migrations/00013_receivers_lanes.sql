-- +goose Up
-- A receiver is one URL of one partner: the lane in which what waits for any of its subscriptions stands in order.
CREATE TABLE receiver (
  id BLOB PRIMARY KEY, partner BLOB NOT NULL, url TEXT NOT NULL, UNIQUE (partner, url)
) WITHOUT ROWID;
INSERT INTO receiver (id, partner, url) SELECT randomblob(16), partner, url FROM subscription GROUP BY partner, url;

-- astray tells that deliveries may wait in another queue than that where they belong; sequence is the last
-- number that one of them was given.
ALTER TABLE subscription ADD COLUMN receiver BLOB;
ALTER TABLE subscription ADD COLUMN astray INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE subscription SET receiver = (SELECT r.id FROM receiver r WHERE r.partner = subscription.partner AND r.url = subscription.url);
CREATE INDEX subscription_receiver ON subscription (receiver, status, id);
CREATE INDEX subscription_astray ON subscription (receiver) WHERE astray = 1;

-- queue is where a delivery waits: its receiver's, or its subscription's own while that is not active.
ALTER TABLE delivery ADD COLUMN queue BLOB NOT NULL DEFAULT x'';
ALTER TABLE delivery ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE delivery SET queue = coalesce(
  (SELECT CASE s.status WHEN 'active' THEN s.receiver ELSE s.id END FROM subscription s WHERE s.id = delivery.subscription), x'');
DROP INDEX delivery_live;
CREATE INDEX delivery_live ON delivery (queue, subject, seq) WHERE state = 'waiting';
CREATE INDEX delivery_of ON delivery (subscription, queue) WHERE state = 'waiting';

-- Whoever changes a row, what waits for it is found to be astray: a pause, an activation and a change of the
-- URL cost the same however much waits.
-- +goose StatementBegin
CREATE TRIGGER subscription_made AFTER INSERT ON subscription BEGIN
  INSERT INTO receiver (id, partner, url) VALUES (randomblob(16), new.partner, new.url) ON CONFLICT DO NOTHING;
  UPDATE subscription SET receiver = (SELECT id FROM receiver WHERE partner = new.partner AND url = new.url) WHERE id = new.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER subscription_moved AFTER UPDATE OF status, url ON subscription
WHEN old.status <> new.status OR old.url <> new.url BEGIN
  INSERT INTO receiver (id, partner, url) VALUES (randomblob(16), new.partner, new.url) ON CONFLICT DO NOTHING;
  UPDATE subscription SET receiver = (SELECT id FROM receiver WHERE partner = new.partner AND url = new.url),
    astray = EXISTS (SELECT 1 FROM delivery WHERE subscription = new.id AND state = 'waiting') WHERE id = new.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER delivery_replayed AFTER UPDATE OF state ON delivery WHEN new.state = 'waiting' AND old.state <> 'waiting' BEGIN
  UPDATE subscription SET astray = 1 WHERE id = new.subscription;
END;
-- +goose StatementEnd
