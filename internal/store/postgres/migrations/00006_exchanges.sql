-- +goose Up
-- Releases from: 4
-- The calls of each attempt, packed: see internal/store/tables/packed.go. try numbers the attempts of an operation from 0,
-- and n is that of their entry in its log. What is packed is not compressed again.
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
CREATE TABLE exchange (
  operation bytea NOT NULL, try bigint NOT NULL, n bigint NOT NULL, ended_at bigint NOT NULL, calls bytea NOT NULL,
  PRIMARY KEY (operation, try)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE exchange ALTER COLUMN calls SET STORAGE EXTERNAL;
