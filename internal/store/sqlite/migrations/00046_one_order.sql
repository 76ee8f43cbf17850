-- +goose Up
-- Lists by connection and by record look along the time of their partner's operations, as those by most filters do: an
-- entry for each fleet costs every accepted write a page of the log.
DROP INDEX operation_of_fleet;

-- Records that were made and changed at the time by which lists are bounded are in one order by all three, and need one
-- index. 8 in shelf tells the others.
DROP INDEX record_by_time;
DROP INDEX record_by_created;
DROP INDEX record_by_updated;
DROP INDEX record_by_source;
DROP TRIGGER record_changed;
UPDATE record SET shelf = shelf + 8 WHERE created_at <> sort_at OR updated_at <> sort_at;
CREATE INDEX record_by_time ON record (fleet, kind, shelf, sort_at);
CREATE INDEX record_by_created ON record (fleet, kind, shelf, created_at) WHERE shelf >= 8;
CREATE INDEX record_by_updated ON record (fleet, kind, shelf, updated_at) WHERE shelf >= 8;
CREATE INDEX record_by_source ON record (fleet, kind, shelf, source_id);
-- +goose StatementBegin
CREATE TRIGGER record_changed AFTER UPDATE ON record BEGIN
  INSERT INTO change (thing, a) VALUES ('record', new.id);
END;
-- +goose StatementEnd
