-- +goose Up
-- What the event of an attempt to deliver was about, which attempt it was, and what it signed: when, in microseconds since 1970,
-- and the SHA-256 of the body. Empty and 0 where that is not known, as of what was logged before.
ALTER TABLE delivery_log ADD COLUMN subject BLOB NOT NULL DEFAULT x'';
ALTER TABLE delivery_log ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery_log ADD COLUMN signed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery_log ADD COLUMN signed_sum BLOB NOT NULL DEFAULT x'';
CREATE INDEX delivery_log_subject ON delivery_log (subject, created_at, id) WHERE attempt > 0;
