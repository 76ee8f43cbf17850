-- +goose Up
-- When an operation expires, if its caller said so; from when it must not be sent, which is that or the far past where
-- it was asked to be cancelled; and why it ended without having been sent. Then which one it retries, and which one
-- retries it.
ALTER TABLE operation ADD COLUMN expires_at INTEGER;
ALTER TABLE operation ADD COLUMN stop_at INTEGER;
ALTER TABLE operation ADD COLUMN reason TEXT;
ALTER TABLE operation ADD COLUMN retry_of BLOB;
ALTER TABLE operation ADD COLUMN retried_by BLOB;
