-- +goose Up
-- The persons who run the installation. subject is the issuer that tells of one and whom it calls so; '' for who was made
-- by command.
CREATE TABLE operator (
  id BLOB PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, subject TEXT NOT NULL, role TEXT NOT NULL,
  payloads INTEGER NOT NULL, disabled INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX operator_by_email ON operator (email) WHERE subject = '';
CREATE UNIQUE INDEX operator_by_subject ON operator (subject) WHERE subject <> '';
-- The one-time code by which one signs in, and where one is signed in. Of what proves either a hash is kept.
CREATE TABLE operator_code (
  operator BLOB PRIMARY KEY REFERENCES operator ON DELETE CASCADE, hash BLOB NOT NULL, created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX operator_code_by_hash ON operator_code (hash);
CREATE INDEX operator_code_end ON operator_code (expires_at);
CREATE TABLE operator_session (
  id BLOB PRIMARY KEY, operator BLOB NOT NULL REFERENCES operator ON DELETE CASCADE, hash BLOB NOT NULL,
  created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, ends_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX operator_session_by_hash ON operator_session (hash);
CREATE INDEX operator_session_of ON operator_session (operator);
CREATE INDEX operator_session_end ON operator_session (ends_at);
