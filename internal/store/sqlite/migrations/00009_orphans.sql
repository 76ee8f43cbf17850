-- +goose Up
-- Deleted connections whose records are still to be given to others, or to be marked as deleted.
CREATE TABLE connection_leaving (connection BLOB PRIMARY KEY) WITHOUT ROWID;
INSERT INTO connection_leaving (connection) SELECT id FROM connection WHERE status = 'deleted';
