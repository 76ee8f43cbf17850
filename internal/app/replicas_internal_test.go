package app

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// fellow is one of several replicas.
type fellow struct {
	id    uuid.UUID
	part  int
	of    int
	leads atomic.Bool
	mu    sync.Mutex
	dead  map[uuid.UUID]bool
}

// Replicas lists none.
func (f *fellow) Replicas(context.Context) ([]riversource.Replica, error) { return nil, nil }

func (f *fellow) Life() int64           { return 1 }
func (f *fellow) Share() (part, of int) { return f.part, f.of }
func (f *fellow) ID() uuid.UUID         { return f.id }
func (f *fellow) Leads() bool           { return f.leads.Load() }

func (f *fellow) Dead(_ context.Context, id uuid.UUID) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dead[id], nil
}

func (f *fellow) dies(id uuid.UUID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead = map[uuid.UUID]bool{id: true}
}

// beside is one more replica over the database of another.
func (a *App) beside(t *testing.T, of int) (*App, *fellow) {
	t.Helper()
	db, err := store.OpenBeside(t.Context(), a.config.DatabaseURL, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	f := &fellow{id: uuid.New(), of: of}
	return &App{config: a.config, log: slog.New(slog.DiscardHandler), db: db, replica: f, now: time.Now}, f
}

// handled is a sync operation that a replica is at work on.
func (a *App) handled(t *testing.T, replica uuid.UUID) operation.Operation {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Microsecond)
	id := uuid.Must(uuid.NewV7())
	op, err := a.db.Accept(t.Context(), operation.Operation{ID: id, Partner: uuid.UUID{1}, Connection: uuid.UUID{2},
		Fleet: uuid.UUID{3}, TSP: "samsara", Kind: resource.KindVehicle, Verb: resource.Update, OrderKey: id.String(),
		Payload: []byte(`{}`), State: operation.Sending, Sync: true, Handler: replica, NextAt: now, SentAt: now,
		Deadline: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return op
}

func (a *App) state(t *testing.T, op operation.Operation) operation.State {
	t.Helper()
	read, err := a.db.Operation(t.Context(), op.Partner, op.Connection, op.ID)
	if err != nil {
		t.Fatal(err)
	}
	return read.State
}

func TestAReplicaThatStartsTouchesNothingThatOthersAreAtWorkOn(t *testing.T) {
	t.Parallel()
	first := began(t)
	second, me := first.beside(t, 2)
	registry, err := tsp.NewRegistry(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	settling := perform.Settling{Registry: registry}
	if _, err := first.resume(t.Context(), settling); err != nil {
		t.Fatal(err)
	}
	other := uuid.New()
	theirs, mine := first.handled(t, other), first.handled(t, me.id)
	before := first.kept(t)
	if _, err := second.resume(t.Context(), settling); err != nil {
		t.Fatal(err)
	}
	if err := second.pause(t.Context()); err != nil {
		t.Fatal(err)
	}
	second.writes = perform.NewWrites(perform.WritesConfig{Recovery: second.db, Settling: settling, Now: time.Now, Log: second.log})
	if err := second.endHandled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := first.state(t, theirs); s != operation.Sending {
		t.Errorf("what the first is at work on is %s", s)
	}
	if diff := cmp.Diff(before, first.kept(t)); diff != "" {
		t.Errorf("what is kept beside the tables (-want +got):\n%s", diff)
	}
	me.dies(other)
	if err := second.endHandled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := first.state(t, theirs); s != operation.Failed {
		t.Errorf("what a dead one was at work on is %s", s)
	}
	if s := first.state(t, mine); s != operation.Sending {
		t.Errorf("its own is %s", s)
	}
}

// kept is what is kept of a process beside the tables.
func (a *App) kept(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range []string{metaLimits, metaStarted} {
		value, err := a.db.Meta(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(value)
	}
	return all
}

func TestReplicasThatStartTogetherForTheFirstTimeHaveTheSameSecrets(t *testing.T) {
	t.Parallel()
	first := began(t)
	first.forge(t, `DELETE FROM meta`)
	var all sync.WaitGroup
	derived := make([]string, 4)
	for i := range derived {
		one, _ := first.beside(t, len(derived))
		all.Go(func() {
			keys, err := one.secrets(t.Context())
			if err == nil {
				_, _, err = one.keptSigning(t.Context(), keys.sealer)
			}
			if err != nil {
				t.Error(err)
			}
			derived[i] = string(keys.derivation)
		})
	}
	all.Wait()
	for _, one := range derived {
		if one == "" || one != derived[0] {
			t.Error("their derivation keys differ")
		}
	}
}

// laterKeyset is a database whose keyset another replica makes, and what it seals, while somebody looks.
type laterKeyset struct {
	store.Store
	asked int
}

func (l *laterKeyset) Meta(ctx context.Context, name string) ([]byte, error) {
	if name == metaKeyset {
		if l.asked++; l.asked == 1 {
			return nil, nil
		}
	}
	return l.Store.Meta(ctx, name)
}

func TestAKeysetThatAnotherReplicaMakesMeanwhileIsNotTakenForLost(t *testing.T) {
	t.Parallel()
	a := began(t)
	wrapped, err := keptKeyset(t.Context(), &laterKeyset{Store: a.db})
	if err != nil || wrapped == nil {
		t.Errorf("%d bytes: %v", len(wrapped), err)
	}
}

func TestLanesAreWithdrawnBeforeWhatRunsInThemIsStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, lost := range map[string]bool{"in order": false, "when the store is lost": true} {
			ctx, ends := context.WithCancel(t.Context())
			withdrawn := 0
			var working context.Context
			working, stop := until(ctx, func() {
				if working.Err() != nil {
					t.Errorf("%s: what runs was stopped first", name)
				}
				withdrawn++
			})
			if lost {
				stop()
			}
			ends()
			synctest.Wait()
			stop()
			if working.Err() == nil || withdrawn != 1 {
				t.Errorf("%s: withdrawn %d times, %v", name, withdrawn, working.Err())
			}
		}
	})
}
