-- +goose Up
ALTER TABLE subscription ADD COLUMN encoding TEXT NOT NULL DEFAULT 'automatic';
ALTER TABLE subscription ADD COLUMN learned TEXT NOT NULL DEFAULT '';
ALTER TABLE subscription ADD COLUMN retry_refused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
-- The secret before the last rotation, and until when it signs beside the new one.
ALTER TABLE subscription ADD COLUMN previous BLOB;
ALTER TABLE subscription ADD COLUMN previous_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN judged_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN success REAL NOT NULL DEFAULT 1;
ALTER TABLE subscription ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN failed_in_row INTEGER NOT NULL DEFAULT 0;
UPDATE subscription SET judged_from = created_at;
