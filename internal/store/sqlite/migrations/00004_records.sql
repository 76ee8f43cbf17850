-- +goose Up
ALTER TABLE record RENAME TO record_before;
ALTER TABLE record_reach RENAME TO record_reach_before;

-- sort_at is occurred_at, or created_at where there is none. shelf keeps apart what lists tell
-- apart: 1 for records deleted at their TSP, plus 2 for users who do not drive or 4 for those
-- who do. settled_at is when the record was last written. source comes last because most
-- queries leave it alone.
CREATE TABLE record (
  seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, fleet BLOB NOT NULL, tsp TEXT NOT NULL,
  account TEXT NOT NULL, collection TEXT NOT NULL, source_id TEXT NOT NULL, synthetic INTEGER NOT NULL,
  imported INTEGER NOT NULL, connection BLOB NOT NULL, shelf INTEGER NOT NULL, sort_at INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL, settled_at INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  deleted_at INTEGER NOT NULL, hash TEXT NOT NULL, fields TEXT NOT NULL, extras TEXT NOT NULL, source TEXT NOT NULL
);
INSERT INTO record (id, kind, fleet, tsp, account, collection, source_id, synthetic, imported, connection, shelf, sort_at,
  occurred_at, settled_at, created_at, updated_at, deleted_at, hash, fields, extras, source)
SELECT id, kind, fleet, tsp, account, collection, source_id, synthetic, source <> '{}',
  (SELECT min(connection) FROM record_reach_before WHERE record = r.id),
  CASE WHEN kind <> 'user' THEN 0 ELSE coalesce(CASE json_extract(fields, '$.is_driver') WHEN 1 THEN 4 WHEN 0 THEN 2 END, 0) END,
  created_at, CASE WHEN kind IN ('vehicle', 'trailer', 'user') THEN 0 ELSE created_at END, 0, created_at, updated_at, 0,
  hash, fields, '{}', source
FROM record_before r WHERE EXISTS (SELECT 1 FROM record_reach_before WHERE record = r.id) ORDER BY created_at, id;
CREATE INDEX record_by_time ON record (fleet, kind, shelf, sort_at);
CREATE INDEX record_by_created ON record (fleet, kind, shelf, created_at);
CREATE INDEX record_by_updated ON record (fleet, kind, shelf, updated_at);
CREATE INDEX record_by_source ON record (fleet, kind, shelf, source_id);

-- seen_at is when the connection last brought something new of the record, or wrote it; gone_at
-- is when it was found not to see the record any more, 0 while it does.
CREATE TABLE record_reach (
  connection BLOB NOT NULL, record INTEGER NOT NULL, kind TEXT NOT NULL, seen_at INTEGER NOT NULL,
  gone_at INTEGER NOT NULL, PRIMARY KEY (connection, record)
) WITHOUT ROWID;
INSERT INTO record_reach (connection, record, kind, seen_at, gone_at)
SELECT x.connection, r.seq, r.kind, r.updated_at, 0 FROM record_reach_before x JOIN record r ON r.id = x.record;

-- The members of logs by which lists are filtered.
CREATE TABLE record_reference (
  fleet BLOB NOT NULL, kind TEXT NOT NULL, member TEXT NOT NULL, value TEXT NOT NULL, sort_at INTEGER NOT NULL,
  record INTEGER NOT NULL, PRIMARY KEY (fleet, kind, member, value, sort_at, record)
) WITHOUT ROWID;
INSERT INTO record_reference (fleet, kind, member, value, sort_at, record)
SELECT r.fleet, r.kind, f.key, CASE WHEN f.key LIKE 'source_%' THEN f.value ELSE lower(f.value) END, r.sort_at, r.seq
FROM record r, json_each(r.fields) f
WHERE f.type = 'text' AND (
  r.kind = 'message' AND f.key IN ('sender_id', 'recipient_id', 'source_sender_id', 'source_recipient_id') OR
  r.kind = 'group_message' AND f.key IN ('sender_id', 'source_sender_id') OR
  r.kind = 'dvir_log' AND f.key IN ('driver_id', 'vehicle_id') OR
  r.kind = 'fuel_transaction' AND f.key IN ('driver_id', 'source_driver_id', 'vehicle_id'));

DROP TABLE record_reach_before;
DROP TABLE record_before;

-- next_at is NULL while the schedule is parked.
CREATE TABLE import_schedule (
  seq INTEGER PRIMARY KEY, connection BLOB NOT NULL, kind TEXT NOT NULL, next_at INTEGER, last_success_at INTEGER NOT NULL,
  failures INTEGER NOT NULL, problem TEXT NOT NULL, UNIQUE (connection, kind)
);
CREATE INDEX import_due ON import_schedule (next_at, connection) WHERE next_at IS NOT NULL;
