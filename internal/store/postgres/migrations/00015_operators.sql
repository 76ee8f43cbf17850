-- +goose Up
-- Releases from: 4
SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(7523094288207667820);
-- The persons who run the installation. subject is the issuer that tells of one and whom it calls so; '' for who was made
-- by command.
CREATE TABLE operator (
  id bytea PRIMARY KEY, name text COLLATE "C" NOT NULL, email text COLLATE "C" NOT NULL, subject text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL, payloads bigint NOT NULL, disabled bigint NOT NULL, created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
CREATE UNIQUE INDEX operator_by_email ON operator (email) WHERE subject = '';
CREATE UNIQUE INDEX operator_by_subject ON operator (subject) WHERE subject <> '';
-- The one-time code by which one signs in, and where one is signed in. Of what proves either a hash is kept.
CREATE TABLE operator_code (
  operator bytea PRIMARY KEY REFERENCES operator ON DELETE CASCADE, hash bytea NOT NULL, created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);
CREATE UNIQUE INDEX operator_code_by_hash ON operator_code (hash);
CREATE INDEX operator_code_end ON operator_code (expires_at);
CREATE TABLE operator_session (
  id bytea PRIMARY KEY, operator bytea NOT NULL REFERENCES operator ON DELETE CASCADE, hash bytea NOT NULL,
  created_at bigint NOT NULL, seen_at bigint NOT NULL, ends_at bigint NOT NULL
);
CREATE UNIQUE INDEX operator_session_by_hash ON operator_session (hash);
CREATE INDEX operator_session_of ON operator_session (operator);
CREATE INDEX operator_session_end ON operator_session (ends_at);
