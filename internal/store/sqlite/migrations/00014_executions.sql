-- +goose Up
-- An import that has ended, of the schedule of that seq. Rows are small because there are many.
CREATE TABLE import_execution (
  schedule INTEGER NOT NULL, began_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, problem TEXT NOT NULL,
  PRIMARY KEY (schedule, began_at)
) WITHOUT ROWID;
