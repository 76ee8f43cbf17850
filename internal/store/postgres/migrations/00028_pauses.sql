-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- By whom a subscription is paused, when and why; '' for none, and for what an earlier release has paused.
ALTER TABLE subscription ADD COLUMN pause text COLLATE "C" NOT NULL DEFAULT '';
