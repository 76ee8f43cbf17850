-- +goose Up
-- changed is a JSON array. before, after and hash are hexadecimal; before and after may be ''.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, request TEXT NOT NULL, remote TEXT NOT NULL,
  action TEXT NOT NULL, object TEXT NOT NULL, changed TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
-- +goose StatementEnd
