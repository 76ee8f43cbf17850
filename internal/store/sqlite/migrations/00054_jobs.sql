-- +goose Up
-- What is done to many that a filter selects. bound is the newest operation that there was when the job was made, place_at
-- and place_seq how far it has looked, and walked tells that it was to the end. asked are operations that were asked to be
-- cancelled; while one waits for that to be decided its stop_at is 1 more than the job's seq. ended_at is 0 until the end.
CREATE TABLE job (
  seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, partner BLOB NOT NULL, client TEXT NOT NULL, action TEXT NOT NULL,
  filter TEXT NOT NULL, bound INTEGER NOT NULL, matched INTEGER NOT NULL, state TEXT NOT NULL, place_at INTEGER NOT NULL,
  place_seq INTEGER NOT NULL, walked INTEGER NOT NULL, steps INTEGER NOT NULL, asked INTEGER NOT NULL, done INTEGER NOT NULL,
  refusals TEXT, key TEXT, fingerprint BLOB, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL
);
CREATE INDEX job_list ON job (partner, created_at, id);
CREATE INDEX job_live ON job (seq) WHERE ended_at = 0;
CREATE INDEX job_ended ON job (ended_at) WHERE ended_at > 0;
CREATE UNIQUE INDEX job_once ON job (partner, client, key) WHERE key IS NOT NULL;
