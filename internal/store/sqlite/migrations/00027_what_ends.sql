-- +goose Up
-- What decides whether an event may reach its partner, which is asked again until it has.
ALTER TABLE event ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE feed ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
UPDATE event SET own = name GLOB 'resource_operation.*' OR name GLOB 'webhook.*' OR name GLOB 'share_agreement.*';
UPDATE feed SET own = name GLOB 'resource_operation.*' OR name GLOB 'webhook.*' OR name GLOB 'share_agreement.*';
-- The name of an event about a record begins with the kind of it.
UPDATE event SET kind = substr(name, 1, instr(name, '.') - 1)
  WHERE name GLOB '*.added' OR name GLOB '*.modified' OR name GLOB '*.removed';
UPDATE feed SET kind = substr(name, 1, instr(name, '.') - 1)
  WHERE name GLOB '*.added' OR name GLOB '*.modified' OR name GLOB '*.removed';

-- When the generation of a client's tokens began: those that another issuer gave before have ended.
ALTER TABLE client ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
