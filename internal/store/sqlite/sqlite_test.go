package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

func testDB(t *testing.T, wake func(fence.Lane)) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), wake)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func queued(key string) operation.Operation {
	now := time.Now().UTC().Truncate(time.Microsecond)
	return operation.Operation{ID: uuid.Must(uuid.NewV7()), Partner: uuid.UUID{1}, Connection: uuid.UUID{2}, Fleet: uuid.UUID{3},
		TSP: "samsara", Kind: resource.KindMessage, Verb: resource.Create, OrderKey: key, Payload: []byte(`{"a":1.50}`),
		State: operation.Queued, NextAt: now, Deadline: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}
}

func TestManyCallersShareCommitsAndEachIsStored(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	woken := 0
	db := testDB(t, func(fence.Lane) { mu.Lock(); woken++; mu.Unlock() })
	var all sync.WaitGroup
	for range 300 {
		all.Go(func() {
			if _, err := db.Accept(t.Context(), queued("k"), nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	heads, err := db.Heads(t.Context(), fence.Query{Lane: fence.Lane{Kind: fence.Connections, ID: uuid.UUID{2}}, Chains: 1000, Depth: 1000})
	if err != nil || len(heads) != 300 || string(heads[0].Payload) != `{"a":1.50}` {
		t.Errorf("%d heads, %v", len(heads), err)
	}
	ids, err := db.WaitingConnections(t.Context())
	if err != nil || len(ids) != 1 || ids[0] != (uuid.UUID{2}) {
		t.Errorf("waiting: %v %v", ids, err)
	}
	mu.Lock()
	defer mu.Unlock()
	if woken != 300 {
		t.Errorf("woken %d times", woken)
	}
}

func TestOneBadWriteDoesNotHarmItsGroup(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	twice := queued("k")
	var all sync.WaitGroup
	var mu sync.Mutex
	failed := 0
	for i := range 100 {
		all.Go(func() {
			op := queued("k")
			if i%10 == 0 {
				op = twice
			}
			if _, err := db.Accept(t.Context(), op, nil); err != nil {
				mu.Lock()
				failed++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	heads, err := db.Heads(t.Context(), fence.Query{Lane: fence.Lane{Kind: fence.Connections, ID: uuid.UUID{2}}, Chains: 1000, Depth: 1000})
	if err != nil || len(heads) != 91 || failed != 9 {
		t.Errorf("%d stored, %d failed, %v", len(heads), failed, err)
	}
}

func TestWhoeverComesLateCannotSettle(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	op, err := db.Accept(t.Context(), queued("k"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.MarkSending(t.Context(), fence.Claim{}, op, time.Now()); err != nil {
		t.Fatal(err)
	}
	done := op
	done.State, done.Tries = operation.Succeeded, 1
	s := operation.Settlement{Operation: done, From: 0}
	if err := db.Settle(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := db.Settle(t.Context(), s); !errors.Is(err, fence.ErrOvertaken) {
		t.Errorf("settling twice: %v", err)
	}
	if err := db.MarkSending(t.Context(), fence.Claim{}, op, time.Now()); !errors.Is(err, fence.ErrOvertaken) {
		t.Errorf("sending what has ended: %v", err)
	}
}

func TestASyncOperationGivesWayToAnUnfinishedOne(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	first, err := db.Accept(t.Context(), queued("k"), nil)
	if err != nil {
		t.Fatal(err)
	}
	second := queued("k")
	second.Sync, second.State = true, operation.Sending
	var busy *operation.Busy
	if _, err := db.Accept(t.Context(), second, nil); !errors.As(err, &busy) || busy.Operation != first.ID {
		t.Errorf("beside an unfinished one: %v", err)
	}
	second.OrderKey = "other"
	if _, err := db.Accept(t.Context(), second, nil); err != nil {
		t.Errorf("on another key: %v", err)
	}
}

func TestWhatADeadProcessWasSendingBecomesUnknown(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	op, err := db.Accept(t.Context(), queued("k"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.MarkSending(t.Context(), fence.Claim{}, op, time.Now()); err != nil {
		t.Fatal(err)
	}
	if n, err := db.Interrupted(t.Context(), time.Now()); n != 1 || err != nil {
		t.Fatalf("%d interrupted, %v", n, err)
	}
	got, err := db.Operation(t.Context(), op.Partner, op.Connection, op.ID)
	if err != nil || got.State != operation.Unknown || len(got.Attempts) != 1 || got.SentAt.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestOneProcessAloneHoldsTheEngine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	unlock, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(path); err == nil || !strings.Contains(err.Error(), "another waybill") {
		t.Errorf("a second lock: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	_ = again()
}

func TestAClosedDatabaseSaysSo(t *testing.T) {
	t.Parallel()
	db, err := Open(context.Background(), filepath.Join(t.TempDir(), "w.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Accept(t.Context(), queued("k"), nil); !errors.Is(err, errClosed) {
		t.Errorf("%v", err)
	}
}
