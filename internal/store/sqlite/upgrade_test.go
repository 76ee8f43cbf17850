package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// upgraded makes the tables as they were of a version, with what statements put there, and opens them. The
// first argument of each statement is the first id, the second the second.
func upgraded(ctx context.Context, t *testing.T, version int64, ids [2]uuid.UUID, statements ...string) under {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.db")
	if err := makePrivate(path); err != nil {
		t.Fatal(err)
	}
	old, err := open(path, 1, &guard{place: path}, "_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	p, err := provider(old)
	if err == nil {
		_, err = p.UpTo(t.Context(), version)
	}
	for _, statement := range statements {
		if err == nil {
			_, err = old.ExecContext(t.Context(), statement, ids[0][:], ids[1][:])
		}
	}
	if err != nil || old.Close() != nil {
		t.Fatal(err)
	}
	file, err := Open(ctx, path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return topped(ctx, t, file, file)
}

// TestDeadLettersOfAnOlderDatabaseDiedWithTheirLastAttempt has so many of one subscription that asking for
// the last attempt of each would take longer than the test waits.
func TestDeadLettersOfAnOlderDatabaseDiedWithTheirLastAttempt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) `
	sub := uuid.UUID{1}
	db := upgraded(ctx, t, 10, [2]uuid.UUID{sub, {2}},
		`INSERT INTO subscription (id, partner, url, event_name, filters, sealed, status, created_at, updated_at)
			VALUES (?1, ?2, 'https://r.example/', 'e', '', x'00', 'active', 1, 1)`,
		numbers+`INSERT INTO event (id, name, partner, subject, fleet, fleet_ref, occurred_at, data)
			SELECT CAST(printf('%016d', i) AS BLOB), 'e', ?2, ?2, ?2, '', 1, '{}' FROM n`,
		numbers+`INSERT INTO delivery (subscription, event, subject, state, tries, next_at, created_at)
			SELECT ?1, CAST(printf('%016d', i) AS BLOB), ?2, 'dead', 9, 1, 5 FROM n`,
		numbers+`INSERT INTO delivery_log (id, subscription, event, event_name, status, status_code, created_at)
			SELECT randomblob(16) || ?2, ?1, CAST(printf('%016d', i / 2) AS BLOB), 'e', 'failed', 500, 1000 + i FROM n`)
	dead := column[int64](t, db.file, `SELECT next_at FROM delivery WHERE state = 'dead' ORDER BY seq`)
	if len(dead) != 10000 {
		t.Fatalf("%d dead", len(dead))
	}
	for i, want := range map[int]int64{0: 1003, 4998: 10999, 5000: 5} {
		if dead[i] != want {
			t.Errorf("number %d died at %d, want %d", i, dead[i], want)
		}
	}
	if n, err := db.CountDeadLetters(t.Context(), sub); err != nil || n != len(dead) {
		t.Errorf("%d are counted: %v", n, err)
	}
}

func TestWhatHoldsUpAMessageChainOfAnOlderDatabaseHoldsItUpForItsPartner(t *testing.T) {
	t.Parallel()
	partner, connection := uuid.New(), uuid.New()
	const made = `INSERT INTO operation (id, partner, connection, fleet, fleet_ref, tsp, kind, verb, order_key, payload, state,
		sync, tries, counted, next_at, deadline, collection, created_at, updated_at) VALUES (randomblob(16), ?1, ?2, ?1, '', 't', `
	db := upgraded(t.Context(), t, 16, [2]uuid.UUID{partner, connection},
		made+`'message', 'create', 'message.create/a/b', '{}', 'failed', 0, 0, 0, 1, 1, '', 1, 1)`,
		made+`'message', 'create', 'message.create/a/b', '{}', 'queued', 0, 0, 0, 1, 1, '', 1, 1)`,
		`INSERT INTO chain_hold (connection, chain, until) VALUES (?2, 'message.create/a/b', 99)`,
		`INSERT INTO chain_hold (connection, chain, until) VALUES (?2, 'trip.create/a', 98)`)
	holds := column[int64](t, db.file, `SELECT until FROM chain_hold WHERE connection = ?1 AND chain = (SELECT order_key
		FROM operation WHERE state = 'queued')`, connection[:])
	if len(holds) != 1 || holds[0] != 99 {
		t.Errorf("holds: %v", holds)
	}
}

func TestAKeyOfAnOlderDatabaseStaysThatOfThePartnerWhoseOperationItStandsFor(t *testing.T) {
	t.Parallel()
	partner, op := uuid.New(), uuid.New()
	now := micros(time.Now())
	db := upgraded(t.Context(), t, 40, [2]uuid.UUID{partner, op},
		`INSERT INTO operation (id, partner, connection, fleet, fleet_ref, tsp, kind, verb, order_key, payload, state,
			sync, tries, counted, next_at, deadline, collection, created_at, updated_at, source_id) VALUES (?2, ?1, ?1, ?1,
			'', 't', 'message', 'create', 'message.create/a', '{}', 'queued', 0, 0, 0, 1, 1, '', 1, 1, '')`,
		fmt.Sprintf(`INSERT INTO idempotency VALUES ('c', 'k', ?2, x'01', %d)`, now),
		fmt.Sprintf(`INSERT INTO idempotency VALUES ('c', 'of one that is gone', ?1, ?2, %d)`, now))
	k := operation.Key{Client: "c", Value: "k"}
	if found, err := db.Keyed(t.Context(), partner, k); err != nil || found.ID != op {
		t.Errorf("%s, %v", found.ID, err)
	}
	if _, err := db.Keyed(t.Context(), uuid.New(), k); !errors.Is(err, operation.ErrNotFound) {
		t.Errorf("another partner's: %v", err)
	}
}

func TestWhatEndedInAnOlderDatabaseStaysEnded(t *testing.T) {
	t.Parallel()
	const logged = `INSERT INTO audit VALUES (%d, 5, 'a', '', '', '%s', 'client:%s', '', '', '', ?1 || ?2)`
	db := upgraded(t.Context(), t, 40, [2]uuid.UUID{uuid.New(), uuid.New()},
		`INSERT INTO partner (id, name) VALUES (?1, hex(?2))`,
		fmt.Sprintf(logged, 1, "deleted", "gone"), fmt.Sprintf(logged, 2, "deleted", "anew"), fmt.Sprintf(logged, 3, "created", "first"),
		`INSERT INTO client (id, partner, scopes, created_at) SELECT 'anew', ?1, '', 7 WHERE ?2 IS NOT NULL`,
		`INSERT INTO client (id, partner, scopes, created_at) SELECT 'first', ?1, '', 7 WHERE ?2 IS NOT NULL`,
		`INSERT INTO revocation SELECT 'jti', 9 WHERE ?1 <> ?2`)
	if _, err := db.Client(t.Context(), "gone"); !errors.Is(err, access.ErrClientDeleted) {
		t.Errorf("a client that was deleted: %v", err)
	}
	for id, since := range map[string]time.Time{"anew": fromMicros(7), "first": {}} {
		if c, err := db.Client(t.Context(), id); err != nil || !c.Since.Equal(since) {
			t.Errorf("%s counts since %s, %v", id, c.Since, err)
		}
	}
	if is, err := db.Revoked(t.Context(), access.TokenID{Issuer: "https://any.example", ID: "jti"}); err != nil || !is {
		t.Errorf("a token that was revoked is: %t, %v", is, err)
	}
}

// Records are listed by each of their times, whether these differ or not.
func TestRecordsOfAnOlderDatabaseAreListedInEachOrder(t *testing.T) {
	t.Parallel()
	fleet := uuid.New()
	const made = `INSERT INTO record (id, kind, fleet, tsp, account, collection, source_id, synthetic, imported, connection, shelf,
		sort_at, created_at, updated_at, occurred_at, settled_at, deleted_at, hash, fields, extras, source)
		SELECT randomblob(16), 'message', ?1, 't', 'a', '', hex(?2) || `
	db := upgraded(t.Context(), t, 40, [2]uuid.UUID{fleet, uuid.New()},
		made+`1, 0, 1, ?2, 0, 5, 5, 5, 5, 0, 0, '', '{}', '{}', '{}'`,
		made+`2, 0, 1, ?2, 0, 2, 6, 9, 2, 0, 0, '', '{}', '{}', '{}'`,
		made+`3, 0, 1, ?2, 0, 7, 3, 7, 7, 0, 0, '', '{}', '{}', '{}'`,
		made+`4, 0, 1, ?2, 1, 4, 4, 8, 4, 0, 8, '', '{}', '{}', '{}'`)
	for sort, want := range map[record.Sort][]int64{record.ByOccurred: {2, 4, 1, 3}, record.ByCreated: {3, 4, 1, 2},
		record.ByUpdated: {1, 3, 4, 2}, record.BySource: {1, 2, 3, 4}} {
		found, err := db.RecordPage(t.Context(), record.Query{Kind: resource.KindMessage, Fleets: []uuid.UUID{fleet}, Deleted: true,
			Sort: sort, Window: page.Window{Limit: 9}})
		var seqs []int64
		for _, r := range found.Entries {
			seqs = append(seqs, r.Seq)
		}
		if err != nil || !slices.Equal(seqs, want) {
			t.Errorf("by %s: %v, %v; want %v", sort, seqs, err, want)
		}
	}
	if n := column[int64](t, db.file, `SELECT count(*) FROM change`); n[0] != 0 {
		t.Errorf("%v changes are told", n)
	}
}
