package postgres_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// subscribed inserts subscriptions of one partner: an id, an address and an event's name, each as it stands in
// a statement.
func subscribed(all ...[3]string) string {
	rows := make([]string, len(all))
	for i, s := range all {
		rows[i] = `(unhex('` + s[0] + `'), unhex('01'), '` + s[1] + `', '` + s[2] + `', '', unhex(''),
			'active', 0, 0, '` + s[1] + `')`
	}
	return `INSERT INTO subscription (id, partner, url, event_name, filters, sealed, status, created_at,
		updated_at, url_key)
		VALUES ` + strings.Join(rows, ", ")
}

// steps are statements that make triggers run, in words that both databases know.
var steps = []struct{ does, by string }{
	{"partners and fleets are made", `INSERT INTO partner (id, name) VALUES (unhex('01'), 'p'), (unhex('02'), 'q')`},
	{"", `INSERT INTO fleet (id, name) VALUES (unhex('f1'), 'f'), (unhex('f2'), 'g')`},
	{"clients are made", `INSERT INTO client (id, partner, fleet, scopes) VALUES ('c1', unhex('01'), NULL, ''),
		('c2', unhex('01'), NULL, ''), ('c3', NULL, unhex('f1'), '')`},
	{"a client is changed", `UPDATE client SET disabled = 1 WHERE id = 'c1'`},
	{"secrets are made", `INSERT INTO client_secret VALUES ('c1', 's', unhex('00'), 0, 0),
		('c3', 's', unhex('00'), 0, 0)`},
	{"a secret is changed", `UPDATE client_secret SET expires_at = 1 WHERE client = 'c1'`},
	{"a secret is deleted", `DELETE FROM client_secret WHERE client = 'c1'`},
	{"a client goes with its secrets", `DELETE FROM client WHERE id = 'c3'`},
	{"a partner is named anew", `UPDATE partner SET name = 'r' WHERE id = unhex('01')`},
	{"a fleet is named anew, which has no client", `UPDATE fleet SET name = 'h'`},
	{"tokens are revoked", `INSERT INTO revocation VALUES ('t1', 1), ('t2', 2)`},
	{"a revocation ends", `DELETE FROM revocation WHERE token = 't1'`},
	{"a connection is made", `INSERT INTO connection (id, fleet, tsp, account, status, description, sealed,
		version, created_at,
		updated_at) VALUES (unhex('cc'), unhex('f1'), 't', 'a', 'active', '', unhex(''), 1, 0, 0)`},
	{"a connection is changed", `UPDATE connection SET status = 'paused'`},
	{"a connection is deleted", `DELETE FROM connection`},
	{"a grant is made", `INSERT INTO share_grant VALUES (unhex('aa'), unhex('01'), unhex('f1'), 'r', 'active',
		'', 0, 0, 0, 0)`},
	{"a grant is changed", `UPDATE share_grant SET status = 'paused'`},
	{"a grant goes to another", `UPDATE share_grant SET partner = unhex('02'), fleet = unhex('f2')`},
	{"a grant is deleted", `DELETE FROM share_grant`},
	{"a record is made", `INSERT INTO record (seq, id, kind, fleet, tsp, account, collection, source_id,
		synthetic, imported,
		connection, shelf, sort_at, occurred_at, settled_at, created_at, updated_at, deleted_at, hash, fields,
			extras, source)
		VALUES (7, unhex('dd'), 'user', unhex('f1'), 't', 'a', 'c', 's', 0, 0, unhex('cc'), 0, 0, 0, 0, 0, 0, 0,
			'', '', '', '')`},
	{"a record is changed", `UPDATE record SET hash = 'h'`},
	{"a record is reached", `INSERT INTO record_reach VALUES (unhex('cc'), 7, 'user', 1, 0)`},
	{"a record is seen again", `UPDATE record_reach SET seen_at = 2`},
	{"a record is seen as it was", `UPDATE record_reach SET gone_at = 0`},
	{"a record is gone", `UPDATE record_reach SET gone_at = 3`},
	{"a record is reached by nobody", `DELETE FROM record_reach`},
	{"a record is deleted", `DELETE FROM record`},
	{"subscriptions share an address", subscribed([3]string{"a1", "u", "e1"}, [3]string{"a2", "u", "e2"})},
	{"one has another address", subscribed([3]string{"a3", "v", "e3"})},
	{"deliveries are made", `INSERT INTO delivery (seq, subscription, event, subject, state, tries, next_at,
		created_at, queue)
		SELECT 1, id, unhex('ee'), unhex('ee'), 'waiting', 0, 0, 0, receiver FROM subscription WHERE id = unhex('a1')
		UNION ALL SELECT 2, id, unhex('ee'), unhex('ee'), 'dead', 0, 0, 0, id FROM subscription WHERE id = unhex('a1')`},
	{"a subscription counts", `UPDATE subscription SET sequence = 1, counted = 2, success = 0.5`},
	{"a subscription is written as it was", `UPDATE subscription SET status = status, updated_at = updated_at`},
	{"a subscription is changed", `UPDATE subscription SET updated_at = 1 WHERE id = unhex('a1')`},
	{"a dead delivery of an active subscription waits again", `UPDATE delivery SET state = 'waiting' WHERE seq = 2`},
	{"a delivery dies", `UPDATE delivery SET state = 'dead' WHERE seq = 2`},
	{"a subscription with deliveries is paused", `UPDATE subscription SET status = 'paused' WHERE id = unhex('a1')`},
	{"a dead delivery of a paused subscription waits again", `UPDATE delivery SET state = 'waiting' WHERE seq = 2`},
	{"a subscription without deliveries is paused", `UPDATE subscription SET status = 'paused' WHERE id = unhex('a2')`},
	{"it is settled where deliveries are", `UPDATE subscription SET astray = 0`},
	{"a subscription moves to an address that is there", `UPDATE subscription SET url = 'v', url_key = 'v' WHERE
		id = unhex('a1')`},
	{"subscriptions move to a new address", `UPDATE subscription SET url = 'w', url_key = 'w', status = 'active'`},
	{"a receiver files", `UPDATE receiver SET filed = 1, swept = 2`},
	{"a receiver is written in another form", `UPDATE receiver SET url = 'W' WHERE url_key = 'w'`},
	{"a subscription is deleted", `DELETE FROM subscription WHERE id = unhex('a3')`},
	{"a receiver is deleted", `DELETE FROM receiver WHERE url_key = 'u'`},
	{"the audit log is written", `INSERT INTO audit (at, actor, request, remote, action, object, changed, before,
		after, hash)
		VALUES (1, 'a', 'r', 'i', 'made', 'o', '', '', '', 'h')`},
	{"the audit log is changed", `UPDATE audit SET actor = 'b'`},
	{"the audit log is deleted", `DELETE FROM audit`},
}

func TestTriggersDoWhatTheyDoInSQLite(t *testing.T) {
	t.Parallel()
	postgrestest.EachVersion(t, func(t *testing.T, s *postgrestest.Server) {
		both := newPair(t, s)
		var after [2]int64
		known := [2]map[string]string{{}, {}}
		for _, step := range steps {
			does := step.does
			if does == "" {
				does = step.by
			}
			var saw [2][]string
			for i, db := range []*sql.DB{both.lite, both.pg} {
				saw[i] = append(done(t, db, step.by), logged(t, db, &after[i])...)
				saw[i] = named(t, db, known[i], append(saw[i], told(t, db, `SELECT 'subscription', id, status,
					receiver, astray FROM subscription
					UNION ALL SELECT 'delivery', subscription, state, queue, seq FROM delivery ORDER BY 1, 2, 5`)...))
			}
			if diff := cmp.Diff(saw[0], saw[1]); diff != "" {
				t.Errorf("when %s, SQLite (-) and PostgreSQL (+) differ:\n%s", does, diff)
			}
		}
	})
}

// done runs a statement and tells how it was refused.
func done(t *testing.T, db *sql.DB, statement string) []string {
	_, err := db.ExecContext(t.Context(), statement)
	const refusal = "the audit log is only appended to"
	switch {
	case err == nil:
		return nil
	case strings.Contains(err.Error(), refusal):
		return []string{refusal}
	}
	t.Fatalf("%s: %v", statement, err)
	return nil
}

// logged tells what was logged behind a place, each once, and puts the place behind it.
func logged(t *testing.T, db *sql.DB, after *int64) []string {
	all := told(t, db, `SELECT DISTINCT 'logged', thing, a, b FROM change WHERE seq > $1`, *after)
	if err := db.QueryRowContext(t.Context(), `SELECT coalesce(max(seq), 0) FROM change`).Scan(after); err != nil {
		t.Fatal(err)
	}
	return all
}

// named puts their addresses in the place of the ids of receivers, which are random, and sorts the lines. known
// are those of receivers that were there before.
func named(t *testing.T, db *sql.DB, known map[string]string, lines []string) []string {
	found, err := db.QueryContext(t.Context(), `SELECT id, url_key FROM receiver`)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	for found.Next() {
		var id, key string
		if err := found.Scan(&id, &key); err != nil {
			t.Fatal(err)
		}
		known[id] = key
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	for id, key := range known {
		for i := range lines {
			lines[i] = strings.ReplaceAll(lines[i], id, "the receiver at "+key)
		}
	}
	slices.Sort(lines)
	return lines
}

func TestTheAuditLogIsNotEmptiedAtOnceEither(t *testing.T) {
	t.Parallel()
	db := newPair(t, postgrestest.Shared(t)).pg
	if _, err := db.ExecContext(t.Context(), `TRUNCATE
		audit`); err == nil || !strings.Contains(err.Error(), "only appended to") {
		t.Errorf("it was: %v", err)
	}
}

func TestOfWhatWasLoggedTheLastTenThousandAreKept(t *testing.T) {
	t.Parallel()
	both := newPair(t, postgrestest.Shared(t))
	kept := func(db *sql.DB) []string {
		if _, err := db.ExecContext(context.WithoutCancel(t.Context()), `INSERT INTO change (thing, a)
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12345) SELECT 'x', unhex('00')
				FROM n`); err != nil {
			t.Fatal(err)
		}
		return told(t, db, `SELECT min(seq), max(seq), count(*) FROM change`)
	}
	same(t, kept(both.lite), kept(both.pg))
}
