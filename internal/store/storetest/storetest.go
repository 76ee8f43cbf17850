// Package storetest is the suite that every engine of the store is held against: each promise of
// each port as a sentence, in a file of the port's name.
package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store"
)

// Engine is one database of the engine under test, empty at first.
type Engine interface {
	// Open opens the database as the process does that works on its lanes.
	Open(ctx context.Context, o store.Options) (store.Store, error)
	// OpenBeside opens it as one more process does.
	OpenBeside(ctx context.Context, o store.Options) (store.Store, error)
	// Crash returns the database as it is found after the death, at this moment, of all processes
	// that have it open.
	Crash(t *testing.T) Engine
	// Raw is all that lies on disk at this moment.
	Raw(t *testing.T) []byte
}

// rule is one promise.
type rule struct {
	says  string
	holds func(t *testing.T, s *stand)
}

// Run holds an engine against the suite, with texts as they are and with texts sealed at rest. fresh
// makes an empty database.
func Run(t *testing.T, fresh func(t *testing.T) Engine) {
	for name, with := range map[string]*sealing{"as they are": newSealing(t).off(), "sealed": newSealing(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, fresh, with)
		})
	}
}

func run(t *testing.T, fresh func(t *testing.T) Engine, with *sealing) {
	for port, rules := range map[string][]rule{
		"clients": clients(), "operators": operators(), "fleets": fleets(), "grants": grants(), "agreements": agreements(), "operations": operations(),
		"keys": keys(), "groups": groups(), "queue": slices.Concat(queue(), stops(), trying(), left(), chaining()), "chains": chains(), "settling": settling(), "outcomes": outcomes(),
		"progress": slices.Concat(progress(), exchanges(), verifications()), "by hand": byHand(), "newer": newer(), "deliveries": deliveries(), "receivers": slices.Concat(receivers(), receiversAsOne()), "feeds": feeds(), "fan-out": fanOut(),
		"connections": connections(), "permits": permits(), "drafts": drafts(), "locks": locks(), "records": records(),
		"sweeps": sweeps(), "orphans": orphans(), "changes": changes(), "lists": lists(), "schedules": schedules(),
		"webhooks": webhooks(), "changes of webhooks": webhookChanges(), "dead letters": deadLetters(), "trails": trails(),
		"retention": slices.Concat(retention(), expiry(), past()), "meta": meta(), "vault": vault(), "audit": audits(),
		"restored": restored(), "sealed": sealedAtRest(), "damaged": slices.Concat(damaged(), lost()),
		"filters": filtersFollow(), "memory": memory(), "surveys": slices.Concat(surveys(), surveysOfLinks(), rates()), "backlogs": backlogs(), "lanes": slices.Concat(lanes(), callCounts()), "jobs": jobs(),
	} {
		t.Run(port, func(t *testing.T) {
			t.Parallel()
			for _, r := range rules {
				t.Run(r.says, func(t *testing.T) {
					t.Parallel()
					r.holds(t, open(t, fresh(t), with))
				})
			}
		})
	}
}

// stand is a store on which a rule is tried.
type stand struct {
	store.Store
	t      *testing.T
	engine Engine
	with   *sealing

	mu    sync.Mutex
	clock time.Time
	woken []fence.Lane
	ends  []uuid.UUID
}

// noon is when every rule begins.
func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

// at is a minute past noon.
func at(minute int) time.Time { return noon().Add(time.Duration(minute) * time.Minute) }

// open makes a stand that works on the lanes of a database until the test ends.
func open(t *testing.T, e Engine, with *sealing) *stand {
	t.Helper()
	s := &stand{t: t, engine: e, with: with, clock: noon()}
	s.Store = s.handle(e.Open)
	return s
}

func (s *stand) handle(open func(context.Context, store.Options) (store.Store, error)) store.Store {
	s.t.Helper()
	db, err := open(s.t.Context(), store.Options{Now: s.now, Wake: s.wake, Ended: s.end,
		Sealing: s.with.option()})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			s.t.Error(err)
		}
	})
	return db
}

// beside is the store of another process, one that works beside the first.
func (s *stand) beside() *stand {
	s.t.Helper()
	return s.besideWith(s.with)
}

// besideWith is beside with other sealing.
func (s *stand) besideWith(with *sealing) *stand {
	s.t.Helper()
	other := &stand{t: s.t, engine: s.engine, with: with, clock: s.now()}
	other.Store = other.handle(s.engine.OpenBeside)
	return other
}

// crashed is the store as the next process finds it after a crash.
func (s *stand) crashed() *stand {
	s.t.Helper()
	return open(s.t, s.engine.Crash(s.t), s.with)
}

func (s *stand) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

// later lets time pass.
func (s *stand) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(d)
}

func (s *stand) wake(l fence.Lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.woken = append(s.woken, l)
}

// end hears of an operation that has ended.
func (s *stand) end(operation uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ends = append(s.ends, operation)
}

// wakes tells which lanes what is done wakes, each once and in an order of their own. Hints come
// after the answer, so it waits for another write, which is answered after them.
func (s *stand) wakes(do func()) []fence.Lane {
	s.t.Helper()
	s.flush()
	s.mu.Lock()
	s.woken = nil
	s.mu.Unlock()
	do()
	s.flush()
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortFunc(s.woken, func(a, b fence.Lane) int {
		return slices.Compare(append([]byte(a.Kind), a.ID[:]...), append([]byte(b.Kind), b.ID[:]...))
	})
	return slices.Compact(s.woken)
}

func (s *stand) flush() { s.must(s.SetMeta(s.t.Context(), "flush", []byte("x"))) }

// must ends the test at an error.
func (s *stand) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// got unpacks an answer that must not be an error.
func got[T any](s *stand) func(T, error) T {
	return func(v T, err error) T {
		s.t.Helper()
		s.must(err)
		return v
	}
}

// is ends the test unless two values are equal.
func is[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// same tells in what two values differ.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// fails ends the test unless an error is the one that is promised.
func fails(t *testing.T, what string, err, promised error) {
	t.Helper()
	if !errors.Is(err, promised) {
		t.Fatalf("%s: got %v, want %v", what, err, promised)
	}
}
