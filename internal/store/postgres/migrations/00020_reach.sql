-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- How far an attempt came towards its TSP ('' where nobody knows, as of those before), and how many bytes of the begin of
-- its details are Waybill's own words.
ALTER TABLE attempt ADD COLUMN reach text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN own bigint NOT NULL DEFAULT 0;
