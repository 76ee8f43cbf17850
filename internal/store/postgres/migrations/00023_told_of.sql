-- +goose NO TRANSACTION
-- +goose Up
-- Releases from: 4
-- What the event of an attempt to deliver was about, which attempt it was, and what it signed: when, in microseconds since 1970,
-- and the SHA-256 of the body. Empty and 0 where that is not known, as of what was logged before.
-- +goose StatementBegin
DO $$ BEGIN
  SET LOCAL lock_timeout = '2s';
  PERFORM pg_advisory_xact_lock(7523094288207667820);
  ALTER TABLE delivery_log ADD COLUMN IF NOT EXISTS subject bytea NOT NULL DEFAULT '\x',
    ADD COLUMN IF NOT EXISTS attempt bigint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS signed_at bigint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS signed_sum bytea NOT NULL DEFAULT '\x';
END $$;
-- +goose StatementEnd
DROP INDEX CONCURRENTLY IF EXISTS delivery_log_subject;
CREATE INDEX CONCURRENTLY delivery_log_subject ON delivery_log (subject, created_at, id) WHERE attempt > 0;
