-- +goose Up
-- When an operation expires, if its caller said so; from when it must not be sent, which is that or the far past where
-- it was asked to be cancelled; and why it ended without having been sent.
ALTER TABLE operation ADD COLUMN expires_at bigint;
ALTER TABLE operation ADD COLUMN stop_at bigint;
ALTER TABLE operation ADD COLUMN reason text COLLATE "C";
CREATE INDEX operation_stop ON operation (connection, stop_at)
  WHERE stop_at > 0 AND state IN ('queued', 'retry');
