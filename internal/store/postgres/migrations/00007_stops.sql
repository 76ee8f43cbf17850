-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- When an operation expires, if its caller said so; from when it must not be sent, which is that or the far past where
-- it was asked to be cancelled; and why it ended without having been sent. Then which one it retries, and which one
-- retries it.
ALTER TABLE operation ADD COLUMN expires_at bigint;
ALTER TABLE operation ADD COLUMN stop_at bigint;
ALTER TABLE operation ADD COLUMN reason text COLLATE "C";
ALTER TABLE operation ADD COLUMN retry_of bytea;
ALTER TABLE operation ADD COLUMN retried_by bytea;
