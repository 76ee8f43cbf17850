-- +goose Up
-- The partner or fleet whose request made a connection or a draft; zero where that was not kept.
ALTER TABLE connection ADD COLUMN maker BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
ALTER TABLE connection_draft ADD COLUMN maker BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
-- The connection whose credentials the draft was to become; it is erased with that.
ALTER TABLE connection_draft ADD COLUMN connection BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
CREATE INDEX connection_draft_by ON connection_draft (maker, purpose, ends_at);
CREATE INDEX connection_draft_for ON connection_draft (connection);
