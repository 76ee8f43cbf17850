package tables_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
	"github.com/waybill-dev/waybill/internal/store/tables"
)

// sharedTraffic is traffic over PostgreSQL, and the URL of its database.
func sharedTraffic(t *testing.T) (*traffic, string) {
	t.Helper()
	url := postgrestest.Shared(t).Migrated(t, postgres.Migrate)
	over, err := postgres.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	db, err := tables.Open(t.Context(), over, time.Now, func(fence.Lane) {})
	if err != nil {
		t.Fatal(err)
	}
	return trafficOver(t, db, event.OperationSucceeded), url
}

// An operation is taken through its life as in the test of its statements. A group of many must not wait for more
// answers of a database than one of few: each is a way there and back while everybody waits.
func TestAGroupOfManyWaitsForNoMoreAnswersThanOneOfFew(t *testing.T) {
	t.Parallel()
	w, _ := sharedTraffic(t)
	_, waits := w.Statements(t)
	for w.next.Load() < 4*connections {
		if err := w.round(t.Context(), 32); err != nil {
			t.Fatal(err)
		}
	}
	for _, size := range []int{1, 4, 32} {
		t.Run(fmt.Sprint(size, " at once"), func(t *testing.T) {
			const rounds = 10
			before := waits()
			for range rounds {
				if err := w.round(t.Context(), size); err != nil {
					t.Fatal(err)
				}
			}
			// Numbers of deliveries are two questions in each round, and are set aside now and then.
			if n := waits() - before; n > 2*rounds+1 {
				t.Errorf("%d answers were waited for in %d rounds", n, rounds)
			}
		})
	}
}

func TestAWriteThatIsNotAsExpectedIsRefusedAndTheOthersShareOneCommit(t *testing.T) {
	t.Parallel()
	w, url := sharedTraffic(t)
	ctx := t.Context()
	var ops [8]operation.Operation
	for i := range ops {
		var err error
		if ops[i], err = w.accept(ctx); err != nil {
			t.Fatal(err)
		}
	}
	before := commits(t, url)
	var overtaken, marked atomic.Int64
	// Each operation is marked twice, which only the first one can.
	err := w.together(2*len(ops), func(i int) error {
		op := ops[i/2]
		err := w.MarkSending(ctx, fence.Claim{}, op, op.UpdatedAt)
		if errors.Is(err, fence.ErrOvertaken) {
			overtaken.Add(1)
			return nil
		}
		marked.Add(1)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if marked.Load() != int64(len(ops)) || overtaken.Load() != int64(len(ops)) {
		t.Errorf("%d were marked and %d refused, want %d each", marked.Load(), overtaken.Load(), len(ops))
	}
	// The write that holds the others back is one more.
	if n := commits(t, url) - before; n > 2 {
		t.Errorf("%d commits, want what is together in one", n)
	}
	for _, op := range ops {
		stored, err := w.Operation(ctx, op.Partner, op.Connection, op.ID)
		if err != nil || stored.State != operation.Sending {
			t.Errorf("%s, %v", stored.State, err)
		}
	}
}

// commits is how often a writer has committed.
func commits(t *testing.T, url string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if err := conn.QueryRow(t.Context(), `SELECT max(n) FROM writer`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
