-- +goose Up
-- A subscription is astray where its status or its receiver changes: a URL that comes to lie in another form leads to
-- the receiver that it led to, and what waits there is due when it was.
DROP TRIGGER subscription_moved;
-- +goose StatementBegin
CREATE TRIGGER subscription_moved AFTER UPDATE OF status, url_key ON subscription
WHEN old.status <> new.status OR old.url_key <> new.url_key BEGIN
  INSERT INTO receiver (id, partner, url, url_key) VALUES (randomblob(16), new.partner, new.url, new.url_key)
    ON CONFLICT DO NOTHING;
  UPDATE subscription SET receiver = r.id,
    astray = CASE WHEN old.status = new.status AND old.receiver = r.id THEN astray
      ELSE EXISTS (SELECT 1 FROM delivery WHERE subscription = new.id AND state = 'waiting') END
    FROM (SELECT id FROM receiver WHERE partner = new.partner AND url_key = new.url_key) AS r
    WHERE subscription.id = new.id;
END;
-- +goose StatementEnd

-- A replay moves what had died in another queue, and leaves the times of the other deliveries as they are.
DROP TRIGGER delivery_replayed;
-- +goose StatementBegin
CREATE TRIGGER delivery_replayed AFTER UPDATE OF state ON delivery
WHEN new.state = 'waiting' AND old.state <> 'waiting' BEGIN
  UPDATE delivery SET queue = s.queue
    FROM (SELECT CASE WHEN status IN ('active', 'stale') THEN receiver ELSE id END AS queue FROM subscription
      WHERE id = new.subscription) AS s WHERE seq = new.seq AND delivery.queue <> s.queue;
END;
-- +goose StatementEnd
