package job_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/sqlite/sqlitetest"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

var partner = uuid.UUID{1}

// yard is a store with operations, whose lanes and retries are the test's.
type yard struct {
	store.Store
	t    *testing.T
	mu   sync.Mutex
	rand *rand.Rand
	// retried are the operations that were submitted once more, by their keys.
	retried map[string]int
	// loses is how often of a hundred a step is written, or a retry accepted, and its answer is lost.
	loses int
}

func newYard(t *testing.T, seed uint64) *yard {
	t.Helper()
	db, err := store.Open(t.Context(), sqlitetest.Migrated(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &yard{Store: db, t: t, rand: rand.New(rand.NewPCG(seed, 0)), retried: map[string]int{}}
}

// service is one that begins with nothing in its memory, as another process does.
func (y *yard) service() *job.Service {
	return job.New(job.Config{Store: y, Snapshots: y, Queue: y, Retention: y, Retrier: y, Webhooks: y,
		Keep: time.Hour, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
}

// chance is true so often of a hundred.
func (y *yard) chance(percent int) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.rand.IntN(100) < percent
}

var errLost = errors.New("the answer was lost")

func (y *yard) lost(err error) error {
	if err == nil && y.chance(y.loses) {
		return errLost
	}
	return err
}

func (y *yard) StepJob(ctx context.Context, j job.Job, done int) error {
	return y.lost(y.Store.StepJob(ctx, j, done))
}

func (y *yard) CancelStep(ctx context.Context, j job.Job, picks []job.Pick, late job.Refusal) error {
	return y.lost(y.Store.CancelStep(ctx, j, picks, late))
}

// Get knows every subscription.
func (y *yard) Get(context.Context, uuid.UUID, uuid.UUID) (webhook.Subscription, error) {
	return webhook.Subscription{}, nil
}

// Retry accepts an operation once for a key, and refuses those with a part at the TSP.
func (y *yard) Retry(_ context.Context, _, id uuid.UUID, r operation.Request) (op operation.Operation, replayed bool, err error) {
	if id[15]%5 == 0 {
		return op, false, problem.New(problem.Conflict, "a part of it has reached the TSP")
	}
	y.mu.Lock()
	replayed = y.retried[r.Key.Value] > 0
	y.retried[r.Key.Value] = 1
	y.mu.Unlock()
	return op, replayed, y.lost(nil)
}

// accept stores an operation of a connection.
func (y *yard) accept(conn uuid.UUID, change ...func(*operation.Operation)) operation.Operation {
	y.t.Helper()
	now := time.Now().UTC().Truncate(time.Microsecond)
	op := operation.Operation{ID: uuid.Must(uuid.NewV7()), Partner: partner, Connection: conn, Fleet: conn, FleetRef: "f",
		TSP: "samsara", Kind: resource.KindMessage, Verb: resource.Create, OrderKey: fmt.Sprint(y.rand.IntN(9)),
		Payload: []byte(`{"a":1}`), State: operation.Queued, NextAt: now, Deadline: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}
	for _, c := range change {
		c(&op)
	}
	if _, err := y.Accept(y.t.Context(), op, nil); err != nil {
		y.t.Fatal(err)
	}
	return op
}

// end settles an operation.
func (y *yard) end(op operation.Operation, to operation.State) error {
	now := time.Now().UTC().Truncate(time.Microsecond)
	s := operation.Settlement{Operation: op, From: op.Tries, Attempts: []operation.Attempt{{ID: uuid.New(), N: op.Tries + 1,
		Class: tsp.Unavailable, Details: "d", StartedAt: now, EndedAt: now}}}
	s.Operation.State, s.Operation.Tries, s.Operation.UpdatedAt = to, op.Tries+1, now
	return y.Settle(y.t.Context(), s)
}

// lanes decides what was asked for, as lanes do, until ctx ends.
func (y *yard) lanes(ctx context.Context, conns []uuid.UUID) {
	for ctx.Err() == nil {
		for _, conn := range conns {
			waiting, err := y.Stops(ctx, conn, time.Now())
			if err != nil {
				continue
			}
			var ends []operation.Settlement
			for _, op := range waiting {
				switch now := time.Now().UTC().Truncate(time.Microsecond); {
				case y.chance(5):
					_ = y.KeepOn(ctx, fence.Claim{}, op, time.Time{}, now)
				case y.chance(5):
					_ = y.MarkSending(ctx, fence.Claim{}, op, now)
				case y.chance(5):
					_ = y.end(op, operation.Succeeded)
				default:
					s := operation.Settlement{Operation: op, From: op.Tries, Unsent: op.State}
					s.Operation.State, s.Operation.Reason = operation.Failed, operation.Cancelled
					s.Operation.Tries, s.Operation.UpdatedAt = op.Tries+1, now
					ends = append(ends, s)
				}
			}
			_ = y.EndUnsent(ctx, fence.Claim{}, ends)
		}
	}
}
