-- +goose Up
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE partner (id BLOB PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE fleet (id BLOB PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE client (
  id TEXT PRIMARY KEY, secret_hash BLOB NOT NULL, partner BLOB NOT NULL REFERENCES partner, scopes TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE share_grant (
  id BLOB PRIMARY KEY, partner BLOB NOT NULL REFERENCES partner, fleet BLOB NOT NULL REFERENCES fleet,
  fleet_ref TEXT NOT NULL, status TEXT NOT NULL, levels TEXT NOT NULL, UNIQUE (partner, fleet)
) WITHOUT ROWID;
CREATE TABLE revocation (token TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE connection (
  id BLOB PRIMARY KEY, fleet BLOB NOT NULL REFERENCES fleet, tsp TEXT NOT NULL, account TEXT NOT NULL,
  status TEXT NOT NULL, description TEXT NOT NULL, sealed BLOB NOT NULL, version INTEGER NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE record (
  id BLOB PRIMARY KEY, kind TEXT NOT NULL, fleet BLOB NOT NULL, tsp TEXT NOT NULL, account TEXT NOT NULL,
  collection TEXT NOT NULL, source_id TEXT NOT NULL, synthetic INTEGER NOT NULL, fields TEXT NOT NULL,
  source TEXT NOT NULL, hash TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE record_reach (
  connection BLOB NOT NULL, record BLOB NOT NULL, PRIMARY KEY (connection, record)
) WITHOUT ROWID;

-- The operation row is the queue entry: state and next_at say whether it waits.
CREATE TABLE operation (
  seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, partner BLOB NOT NULL, connection BLOB NOT NULL,
  fleet BLOB NOT NULL, fleet_ref TEXT NOT NULL, tsp TEXT NOT NULL, kind TEXT NOT NULL, verb TEXT NOT NULL,
  order_key TEXT NOT NULL, payload TEXT NOT NULL, warnings TEXT, state TEXT NOT NULL, sync INTEGER NOT NULL,
  tries INTEGER NOT NULL, counted INTEGER NOT NULL, next_at INTEGER NOT NULL, deadline INTEGER NOT NULL,
  first_sent_at INTEGER, resource BLOB, source_id TEXT, collection TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
);
CREATE INDEX operation_live ON operation (connection, seq, order_key)
  WHERE state IN ('queued', 'sending', 'retry', 'unknown');
CREATE INDEX operation_list ON operation (partner, created_at, seq);
CREATE TABLE attempt (
  operation BLOB NOT NULL, n INTEGER NOT NULL, id BLOB NOT NULL, class TEXT NOT NULL, status INTEGER NOT NULL,
  headers TEXT, details TEXT NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,
  PRIMARY KEY (operation, n)
) WITHOUT ROWID;

CREATE TABLE subscription (
  id BLOB PRIMARY KEY, partner BLOB NOT NULL, url TEXT NOT NULL, event_name TEXT NOT NULL, filters TEXT NOT NULL,
  fleet_ids TEXT, fleet_refs TEXT, sealed BLOB NOT NULL, status TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX subscription_once ON subscription (partner, event_name, url, filters) WHERE status <> 'deleted';

-- The outbox: an event is kept while a delivery needs it.
CREATE TABLE event (
  id BLOB PRIMARY KEY, name TEXT NOT NULL, partner BLOB NOT NULL, subject BLOB NOT NULL, fleet BLOB NOT NULL,
  fleet_ref TEXT NOT NULL, occurred_at INTEGER NOT NULL, data TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE delivery (
  seq INTEGER PRIMARY KEY, subscription BLOB NOT NULL, event BLOB NOT NULL, subject BLOB NOT NULL,
  state TEXT NOT NULL, tries INTEGER NOT NULL, next_at INTEGER NOT NULL, created_at INTEGER NOT NULL
);
CREATE INDEX delivery_live ON delivery (subscription, seq) WHERE state = 'waiting';
CREATE INDEX delivery_event ON delivery (event);
CREATE TABLE delivery_log (
  id BLOB PRIMARY KEY, subscription BLOB NOT NULL, event BLOB NOT NULL, event_name TEXT NOT NULL,
  status TEXT NOT NULL, status_code INTEGER NOT NULL, error_message TEXT, response_time_ms INTEGER,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX delivery_log_list ON delivery_log (subscription, created_at, id);
