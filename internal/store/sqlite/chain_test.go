package sqlite

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

var itsLane = fence.Lane{Kind: fence.Connections, ID: uuid.UUID{2}}

// accepted accepts an operation for each key and returns their place by id.
func accepted(t *testing.T, db *DB, keys ...string) (all []operation.Operation) {
	t.Helper()
	for _, key := range keys {
		if _, err := db.Accept(t.Context(), queued(key), nil); err != nil {
			t.Fatal(err)
		}
	}
	return heads(t, db, fence.Query{Chains: 1000, Depth: 1000})
}

func heads(t *testing.T, db *DB, q fence.Query) []operation.Operation {
	t.Helper()
	q.Lane = itsLane
	all, err := db.Heads(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestChainsAreReadInTheOrderOfTheirKeysOldestItemsFirst(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	accepted(t, db, "u/b", "u/a", "m/x/1", "u/b", "u/b", "c/1", "u/a", "m/x/2", "uu/a")
	if other := queued("u/0"); true {
		other.Connection = uuid.UUID{9}
		if _, err := db.Accept(t.Context(), other, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		q    fence.Query
		want []string // key#seq
	}{
		{fence.Query{Chains: 9, Depth: 2}, []string{"c/1#6", "m/x/1#3", "m/x/2#8", "u/a#2", "u/a#7", "u/b#1", "u/b#4", "uu/a#9"}},
		{fence.Query{Chains: 3, Depth: 1}, []string{"c/1#6", "m/x/1#3", "m/x/2#8"}},
		{fence.Query{Chains: 3, Depth: 1, After: "m/x/1"}, []string{"m/x/2#8", "u/a#2", "u/b#1"}},
		{fence.Query{Chains: 9, Depth: 1, Stream: "u"}, []string{"u/a#2", "u/b#1"}},
		{fence.Query{Chains: 9, Depth: 9, Stream: "u", After: "u/a"}, []string{"u/b#1", "u/b#4", "u/b#5"}},
		{fence.Query{Chains: 9, Depth: 9, Stream: "u", After: "u/b"}, nil},
		{fence.Query{Chains: 9, Depth: 9, Stream: "m"}, []string{"m/x/1#3", "m/x/2#8"}},
	} {
		var got []string
		for _, op := range heads(t, db, c.q) {
			got = append(got, fmt.Sprintf("%s#%d", op.OrderKey, op.Seq))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.q, diff)
		}
	}
	streams, err := db.Streams(t.Context(), itsLane.ID)
	if diff := cmp.Diff([]string{"c", "m", "u", "uu"}, streams); diff != "" || err != nil {
		t.Errorf("streams: %v (-want +got):\n%s", err, diff)
	}
}

func TestAChainThatEndsLeavesItsStream(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	for _, op := range accepted(t, db, "c/1", "u/a", "u/b") {
		op.State, op.Tries = operation.Succeeded, 1
		if op.OrderKey != "u/b" {
			if err := db.Settle(t.Context(), operation.Settlement{Operation: op}); err != nil {
				t.Fatal(err)
			}
		}
	}
	left := heads(t, db, fence.Query{Chains: 9, Depth: 9})
	streams, err := db.Streams(t.Context(), itsLane.ID)
	if len(left) != 1 || left[0].OrderKey != "u/b" || !slices.Equal(streams, []string{"u"}) || err != nil {
		t.Errorf("left: %v, streams %v, %v", left, streams, err)
	}
	if streams, err := db.Streams(t.Context(), uuid.UUID{8}); len(streams) > 0 || err != nil {
		t.Errorf("streams of an empty lane: %v, %v", streams, err)
	}
}

func TestReadingChainsUsesTheIndexHoweverLongTheyAre(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	rows, err := db.read.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+headsQuery, itsLane.ID[:], "", "~", 10, 4)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		t.Log(detail)
		if strings.HasPrefix(detail, "SCAN") && detail != "SCAN chain" && detail != "SCAN CONSTANT ROW" {
			t.Errorf("a table is scanned: %s", detail)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestAnEarlierClaimCanWriteNothingOnceALaterOneHas(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	ops := accepted(t, db, "u/a", "u/b")
	early, late := fence.Claim{Lane: itsLane, Epoch: 4}, fence.Claim{Lane: itsLane, Epoch: 5}
	if err := db.MarkSending(t.Context(), early, ops[0], time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := db.MarkSending(t.Context(), late, ops[1], time.Now()); err != nil {
		t.Fatal(err)
	}
	done := ops[0]
	done.State, done.Tries = operation.Succeeded, 1
	if err := db.Settle(t.Context(), operation.Settlement{Claim: early, Operation: done}); !errors.Is(err, fence.ErrOvertaken) {
		t.Errorf("an earlier claim settled: %v", err)
	}
	if err := db.MarkSending(t.Context(), early, ops[0], time.Now()); !errors.Is(err, fence.ErrOvertaken) {
		t.Errorf("an earlier claim began a call: %v", err)
	}
	if err := db.Settle(t.Context(), operation.Settlement{Claim: late, Operation: done}); err != nil {
		t.Errorf("the later claim could not settle: %v", err)
	}
}

func TestDeliveriesAreReadByTheirSubjectsOldestFirst(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	partner, subscription := party(t, db, "resource_operation.created")
	for i, subject := range []byte{2, 1, 2, 3, 2} {
		op := queued("k/" + uuid.NewString())
		e := event.Event{ID: uuid.Must(uuid.NewV7()), Name: "resource_operation.created", Partner: partner, Subject: uuid.UUID{subject},
			Own: true, OccurredAt: time.Now(), Data: fmt.Appendf(nil, `{"n":%d}`, i)}
		if _, err := db.Accept(t.Context(), op, []event.Event{e}); err != nil {
			t.Fatal(err)
		}
	}
	read := func(after string, chains, depth int) (got []string) {
		t.Helper()
		waiting, err := db.Deliveries(t.Context(), fence.Query{Lane: fence.Lane{Kind: fence.Subscriptions, ID: subscription},
			After: after, Chains: chains, Depth: depth})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range waiting {
			got = append(got, fmt.Sprintf("%d %s", w.Event.Subject[0], w.Event.Data))
		}
		return got
	}
	if diff := cmp.Diff([]string{`1 {"n":1}`, `2 {"n":0}`, `2 {"n":2}`, `3 {"n":3}`}, read("", 9, 2)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{`2 {"n":0}`}, read(uuid.UUID{1}.String(), 1, 1)); diff != "" {
		t.Errorf("behind the first (-want +got):\n%s", diff)
	}
}
