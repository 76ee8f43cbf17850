-- +goose Up
-- What can be sealed at rest is a BLOB where it is sealed, and TEXT where it is not. URLs are compared by url_key: the URL
-- itself, or a keyed hash of it where the URL is sealed.
DROP TRIGGER subscription_made;
DROP TRIGGER subscription_moved;
DROP TRIGGER delivery_replayed;

ALTER TABLE subscription ADD COLUMN url_key BLOB NOT NULL DEFAULT '';
UPDATE subscription SET url_key = url;
DROP INDEX subscription_once;
CREATE UNIQUE INDEX subscription_once ON subscription (partner, event_name, url_key, filters) WHERE status <> 'deleted';

CREATE TABLE receiver_keyed (
  id BLOB PRIMARY KEY, partner BLOB NOT NULL, url TEXT NOT NULL, url_key BLOB NOT NULL, filed INTEGER NOT NULL DEFAULT 0,
  swept INTEGER NOT NULL DEFAULT 0, UNIQUE (partner, url_key)
) WITHOUT ROWID;
INSERT INTO receiver_keyed (id, partner, url, url_key, filed, swept) SELECT id, partner, url, url, filed, swept FROM receiver;
DROP TABLE receiver;
ALTER TABLE receiver_keyed RENAME TO receiver;

-- +goose StatementBegin
CREATE TRIGGER subscription_made AFTER INSERT ON subscription BEGIN
  INSERT INTO receiver (id, partner, url, url_key) VALUES (randomblob(16), new.partner, new.url, new.url_key) ON CONFLICT DO NOTHING;
  UPDATE subscription SET receiver = (SELECT id FROM receiver WHERE partner = new.partner AND url_key = new.url_key) WHERE id = new.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER subscription_moved AFTER UPDATE OF status, url_key ON subscription
WHEN old.status <> new.status OR old.url_key <> new.url_key BEGIN
  INSERT INTO receiver (id, partner, url, url_key) VALUES (randomblob(16), new.partner, new.url, new.url_key) ON CONFLICT DO NOTHING;
  UPDATE subscription SET receiver = (SELECT id FROM receiver WHERE partner = new.partner AND url_key = new.url_key),
    astray = EXISTS (SELECT 1 FROM delivery WHERE subscription = new.id AND state = 'waiting') WHERE id = new.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER delivery_replayed AFTER UPDATE OF state ON delivery WHEN new.state = 'waiting' AND old.state <> 'waiting' BEGIN
  UPDATE subscription SET astray = 1 WHERE id = new.subscription;
END;
-- +goose StatementEnd
