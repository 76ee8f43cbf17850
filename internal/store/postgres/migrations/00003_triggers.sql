-- +goose Up
-- Triggers have SQLite's names and effects. A function is run by the triggers that name it; whichever row there is
-- of old and new is the one that is meant.

-- The audit log is only appended to.
-- +goose StatementBegin
CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is only appended to';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuses();
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuses();
CREATE TRIGGER audit_is_not_truncated BEFORE TRUNCATE ON audit EXECUTE FUNCTION audit_refuses();

-- +goose StatementBegin
CREATE FUNCTION change_is_bounded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM change WHERE seq <= new.seq - 10000;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER change_bounded AFTER INSERT ON change FOR EACH ROW WHEN (new.seq % 1000 = 0)
  EXECUTE FUNCTION change_is_bounded();

-- +goose StatementBegin
CREATE FUNCTION client_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (thing, a) VALUES ('client', convert_to(coalesce(new.id, old.id), 'UTF8'));
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER client_made_known AFTER INSERT ON client FOR EACH ROW EXECUTE FUNCTION client_is_logged();
CREATE TRIGGER client_changed AFTER UPDATE ON client FOR EACH ROW EXECUTE FUNCTION client_is_logged();
CREATE TRIGGER client_dropped AFTER DELETE ON client FOR EACH ROW EXECUTE FUNCTION client_is_logged();

-- +goose StatementBegin
CREATE FUNCTION client_secret_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (thing, a) VALUES ('client', convert_to(coalesce(new.client, old.client), 'UTF8'));
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER client_secret_made_known AFTER INSERT ON client_secret FOR EACH ROW
  EXECUTE FUNCTION client_secret_is_logged();
CREATE TRIGGER client_secret_changed AFTER UPDATE ON client_secret FOR EACH ROW
  EXECUTE FUNCTION client_secret_is_logged();
CREATE TRIGGER client_secret_dropped AFTER DELETE ON client_secret FOR EACH ROW
  EXECUTE FUNCTION client_secret_is_logged();

-- +goose StatementBegin
CREATE FUNCTION revocation_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (thing, a) VALUES ('revocation', convert_to(coalesce(new.token, old.token), 'UTF8'));
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER revocation_made_known AFTER INSERT ON revocation FOR EACH ROW EXECUTE FUNCTION revocation_is_logged();
CREATE TRIGGER revocation_dropped AFTER DELETE ON revocation FOR EACH ROW EXECUTE FUNCTION revocation_is_logged();

-- +goose StatementBegin
CREATE FUNCTION partner_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (thing, a) SELECT 'client', convert_to(id, 'UTF8') FROM client WHERE partner = new.id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER partner_changed AFTER UPDATE ON partner FOR EACH ROW EXECUTE FUNCTION partner_is_logged();

-- +goose StatementBegin
CREATE FUNCTION fleet_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (thing, a) SELECT 'client', convert_to(id, 'UTF8') FROM client WHERE fleet = new.id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER fleet_changed AFTER UPDATE ON fleet FOR EACH ROW EXECUTE FUNCTION fleet_is_logged();

-- +goose StatementBegin
CREATE FUNCTION connection_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (thing, a) VALUES ('connection', coalesce(new.id, old.id));
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER connection_made_known AFTER INSERT ON connection FOR EACH ROW EXECUTE FUNCTION connection_is_logged();
CREATE TRIGGER connection_changed AFTER UPDATE ON connection FOR EACH ROW EXECUTE FUNCTION connection_is_logged();
CREATE TRIGGER connection_dropped AFTER DELETE ON connection FOR EACH ROW EXECUTE FUNCTION connection_is_logged();

-- +goose StatementBegin
CREATE FUNCTION record_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (thing, a) VALUES ('record', coalesce(new.id, old.id));
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER record_changed AFTER UPDATE ON record FOR EACH ROW EXECUTE FUNCTION record_is_logged();
CREATE TRIGGER record_dropped AFTER DELETE ON record FOR EACH ROW EXECUTE FUNCTION record_is_logged();

-- +goose StatementBegin
CREATE FUNCTION receiver_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (thing, a) VALUES ('receiver', coalesce(new.id, old.id));
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER receiver_made_known AFTER INSERT ON receiver FOR EACH ROW EXECUTE FUNCTION receiver_is_logged();
CREATE TRIGGER receiver_changed AFTER UPDATE OF partner, url, url_key ON receiver FOR EACH ROW
  EXECUTE FUNCTION receiver_is_logged();
CREATE TRIGGER receiver_dropped AFTER DELETE ON receiver FOR EACH ROW EXECUTE FUNCTION receiver_is_logged();

-- The number of a record is logged as a text, as it is read.
-- +goose StatementBegin
CREATE FUNCTION record_reach_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (thing, a, b) VALUES ('reach', coalesce(new.connection, old.connection),
    convert_to(coalesce(new.record, old.record)::text, 'UTF8'));
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER record_reach_changed AFTER UPDATE OF gone_at ON record_reach FOR EACH ROW
  WHEN (old.gone_at <> new.gone_at) EXECUTE FUNCTION record_reach_is_logged();
CREATE TRIGGER record_reach_dropped AFTER DELETE ON record_reach FOR EACH ROW
  EXECUTE FUNCTION record_reach_is_logged();

-- What a fleet allows a partner is remembered by both, as another grant may count then.
-- +goose StatementBegin
CREATE FUNCTION share_grant_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO change (thing, a, b) VALUES ('grant', new.partner, new.fleet);
  END IF;
  IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND (old.partner, old.fleet) <> (new.partner, new.fleet) THEN
    INSERT INTO change (thing, a, b) VALUES ('grant', old.partner, old.fleet);
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER share_grant_made_known AFTER INSERT ON share_grant FOR EACH ROW
  EXECUTE FUNCTION share_grant_is_logged();
CREATE TRIGGER share_grant_changed AFTER UPDATE ON share_grant FOR EACH ROW
  EXECUTE FUNCTION share_grant_is_logged();
CREATE TRIGGER share_grant_dropped AFTER DELETE ON share_grant FOR EACH ROW
  EXECUTE FUNCTION share_grant_is_logged();

-- A delivery that waits again waits where its subscription leads to.
-- +goose StatementBegin
CREATE FUNCTION delivery_is_replayed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE delivery SET queue = s.queue
    FROM (SELECT CASE WHEN status IN ('active', 'stale') THEN receiver ELSE id END AS queue FROM subscription
      WHERE id = new.subscription) AS s
    WHERE seq = new.seq AND delivery.queue <> s.queue;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER delivery_replayed AFTER UPDATE OF state ON delivery FOR EACH ROW
  WHEN (new.state = 'waiting' AND old.state <> 'waiting') EXECUTE FUNCTION delivery_is_replayed();

-- Each address of a partner is one receiver, and all subscriptions with that address lead to it. Triggers of one
-- table run in the order of their names: a subscription has its receiver when it is logged. What waits for one
-- that has moved is astray.
-- +goose StatementBegin
CREATE FUNCTION subscription_is_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO receiver (id, partner, url, url_key)
    VALUES (uuid_send(gen_random_uuid()), new.partner, new.url, new.url_key) ON CONFLICT DO NOTHING;
  UPDATE subscription
    SET receiver = (SELECT id FROM receiver WHERE partner = new.partner AND url_key = new.url_key)
    WHERE id = new.id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER subscription_made AFTER INSERT ON subscription FOR EACH ROW EXECUTE FUNCTION subscription_is_made();
-- +goose StatementBegin
CREATE FUNCTION subscription_is_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO receiver (id, partner, url, url_key)
    VALUES (uuid_send(gen_random_uuid()), new.partner, new.url, new.url_key) ON CONFLICT DO NOTHING;
  UPDATE subscription SET receiver = r.id,
    astray = CASE WHEN old.status = new.status AND old.receiver = r.id THEN astray
      WHEN EXISTS (SELECT 1 FROM delivery WHERE subscription = new.id AND state = 'waiting') THEN 1 ELSE 0 END
    FROM (SELECT id FROM receiver WHERE partner = new.partner AND url_key = new.url_key) AS r
    WHERE subscription.id = new.id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER subscription_moved AFTER UPDATE OF status, url_key ON subscription FOR EACH ROW
  WHEN (old.status <> new.status OR old.url_key <> new.url_key) EXECUTE FUNCTION subscription_is_moved();

-- +goose StatementBegin
CREATE FUNCTION subscription_is_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (thing, a) VALUES ('subscription', coalesce(new.id, old.id));
  IF TG_OP = 'INSERT' THEN
    INSERT INTO change (thing, a) SELECT 'receiver', receiver FROM subscription
      WHERE id = new.id AND receiver IS NOT NULL;
  ELSE
    INSERT INTO change (thing, a) SELECT 'receiver', r FROM (SELECT new.receiver UNION SELECT old.receiver) AS them (r)
      WHERE r IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER subscription_made_known AFTER INSERT ON subscription FOR EACH ROW
  EXECUTE FUNCTION subscription_is_logged();
CREATE TRIGGER subscription_changed AFTER UPDATE
  OF partner, url, url_key, event_name, filters, fleet_ids, fleet_refs, sealed, previous, previous_until, encoding,
    learned, retry_refused, refused, status, strict, receiver, astray, updated_at
  ON subscription FOR EACH ROW
  WHEN ((old.partner, old.url, old.url_key, old.event_name, old.filters, old.fleet_ids, old.fleet_refs, old.sealed,
    old.previous, old.previous_until, old.encoding, old.learned, old.retry_refused, old.refused, old.status,
    old.strict, old.receiver, old.astray, old.updated_at)
  IS DISTINCT FROM
  (new.partner, new.url, new.url_key, new.event_name, new.filters, new.fleet_ids, new.fleet_refs, new.sealed,
    new.previous, new.previous_until, new.encoding, new.learned, new.retry_refused, new.refused, new.status,
    new.strict, new.receiver, new.astray, new.updated_at))
  EXECUTE FUNCTION subscription_is_logged();
CREATE TRIGGER subscription_dropped AFTER DELETE ON subscription FOR EACH ROW
  EXECUTE FUNCTION subscription_is_logged();
