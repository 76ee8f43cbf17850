package connection_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/sqlite/sqlitetest"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// stand is the service over a real database, with an adapter whose TSP the test plays.
type stand struct {
	t       *testing.T
	db      store.Store
	store   *faulty
	service *connection.Service
	tsp     *fakeTSP
	caller  *tsp.Caller
	log     *bytes.Buffer
	// bases are where the operator has set that TSPs answer; restart takes them up.
	bases map[tsp.Name]string
	// offset moves the clock, as a time.Duration; what runs beside the test reads it.
	offset atomic.Int64
	// fleet and partner are callers; the partner may write for the fleet, which it calls "ours".
	fleet, partner access.Principal
}

const name = tsp.Name("catena_simulator")

// faulty is a database that can be told to fail.
type faulty struct {
	store.Store
	mu   sync.Mutex
	fail map[string]error
	// inserted is called behind each insert of a connection; it may be nil.
	inserted func(connection.Connection)
	// instead is what is read of a connection, as if the file had been altered; it may be nil.
	instead *connection.Connection
}

func (f *faulty) Connection(ctx context.Context, id uuid.UUID) (connection.Connection, error) {
	if f.instead != nil {
		return *f.instead, nil
	}
	return f.Store.Connection(ctx, id)
}

func (f *faulty) InsertConnection(ctx context.Context, c connection.Change) error {
	err := f.Store.InsertConnection(ctx, c)
	if f.inserted != nil && err == nil {
		f.inserted(c.To)
	}
	return err
}

func (f *faulty) failing(what string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail[what] = err
}

func (f *faulty) of(what string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fail[what]
}

func (f *faulty) SaveCredentials(ctx context.Context, id uuid.UUID, version int64, sealed []byte) error {
	if err := f.of("credentials"); err != nil {
		return err
	}
	return f.Store.SaveCredentials(ctx, id, version, sealed)
}

func (f *faulty) SaveDraft(ctx context.Context, d connection.Draft) error {
	if err := f.of("draft"); err != nil {
		return err
	}
	return f.Store.SaveDraft(ctx, d)
}

type noPace struct{}

func (noPace) Wait(context.Context, ...string) error { return nil }

func (noPace) Enter(context.Context, ...string) (func(), error) { return func() {}, nil }

func newStand(t *testing.T) *stand {
	t.Helper()
	s := &stand{t: t, log: &bytes.Buffer{}}
	db, err := store.Open(t.Context(), sqlitetest.Migrated(t), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s.db, s.store = db, &faulty{Store: db, fail: map[string]error{}}
	s.tsp = &fakeTSP{
		spec: tsp.Spec{Name: name, DisplayName: "The TSP", Credentials: []tsp.CredentialKind{tsp.CredentialKindOf("token")}},
		check: func(_ context.Context, a tsp.Access) (tsp.Account, error) {
			if strings.HasPrefix(a.Credentials.Get("token"), "bad") {
				return tsp.Account{}, &tsp.Error{Class: tsp.Unauthorized, Message: "no such token " + a.Credentials.Get("token")}
			}
			return tsp.Account{Key: "account-1", Name: "Demo"}, nil
		},
	}
	s.fleet = access.Principal{Client: "fleet", Fleet: access.Fleet{ID: uuid.UUID{1}, Name: "Fleet"}}
	s.partner = access.Principal{Client: "partner", Partner: access.Partner{ID: uuid.UUID{2}, Name: "Partner"}}
	s.client(s.partner)
	s.grant(s.partner, s.fleet.Fleet, "ours", access.ReadWrite)
	s.restart()
	return s
}

// restart makes the service anew over the same database, as a new process would.
func (s *stand) restart() {
	s.t.Helper()
	registry, err := tsp.NewRegistry([]tsp.Adapter{s.tsp}, s.bases)
	if err != nil {
		s.t.Fatal(err)
	}
	keyset, err := s.db.Meta(s.t.Context(), "keyset")
	if err != nil {
		s.t.Fatal(err)
	}
	key, err := seal.Key(bytes.Repeat([]byte{7}, seal.KeySize)).Wrapper()
	if err != nil {
		s.t.Fatal(err)
	}
	if keyset == nil {
		if keyset, err = seal.NewKeyset(key); err != nil {
			s.t.Fatal(err)
		}
		if err := s.db.SetMeta(s.t.Context(), "keyset", keyset); err != nil {
			s.t.Fatal(err)
		}
	}
	sealer, err := seal.Open(key, keyset)
	if err != nil {
		s.t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.caller = tsp.NewCaller(registry, http.DefaultClient, time.Minute, log)
	s.service = connection.New(connection.Config{Store: s.store, Access: s.db, Records: s.db, Sealer: sealer, Caller: s.caller,
		Note: s.db.Note, Pace: func(connection.Connection) tsp.Pacer { return noPace{} },
		Now: func() time.Time { return time.Now().Add(time.Duration(s.offset.Load())) }, Log: log})
}

func (s *stand) client(who access.Principal) {
	s.t.Helper()
	if err := s.db.InsertClient(s.t.Context(), access.Client{ID: who.Client, Partner: who.Partner}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stand) grant(who access.Principal, fleet access.Fleet, ref, level string) {
	s.t.Helper()
	g := access.Grant{ID: uuid.New(), Partner: who.Partner.ID, Fleet: fleet.ID, FleetRef: ref, Status: access.GrantActive,
		Levels: map[resource.Kind]string{resource.KindVehicle: level}, UpdatedAt: time.Now()}
	err := s.db.InsertFleet(s.t.Context(), fleet, g)
	if errors.Is(err, access.ErrFleetExists) {
		err = s.db.InsertAgreement(s.t.Context(), g)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// body is a creation with the members given, those of the fake TSP by default.
func body(members string) []byte {
	return fmt.Appendf(nil, `{"tsp_id":%q,%s}`, name.ID(), members)
}

const good = `"credentials":{"token":"good-token"}`

// create makes a connection as the fleet.
func (s *stand) create(members string) connection.Read {
	s.t.Helper()
	made, err := s.service.Create(s.t.Context(), s.fleet, body(members))
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

// update changes a connection as the fleet.
func (s *stand) update(id uuid.UUID, body string) connection.Read {
	s.t.Helper()
	changed, err := s.service.Update(s.t.Context(), s.fleet, id, []byte(body))
	if err != nil {
		s.t.Fatal(err)
	}
	return changed
}

func (s *stand) stored(id uuid.UUID) connection.Connection {
	s.t.Helper()
	c, err := s.db.Connection(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// secret opens the stored credentials of a connection.
func (s *stand) secret(id uuid.UUID) tsp.Credentials {
	s.t.Helper()
	c, err := s.service.Target(s.stored(id)).Credentials(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// count is how many connections the fleet sees.
func (s *stand) count() int {
	s.t.Helper()
	found, err := s.service.List(s.t.Context(), s.fleet, connection.Filter{Window: page.Window{Limit: 100}})
	if err != nil {
		s.t.Fatal(err)
	}
	return len(found.Items)
}

// refused fails the test unless an error is a problem of that code whose text holds a part.
func refused(t *testing.T, what string, err error, code problem.Code, says string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: it was not refused", what)
		return
	}
	p := problem.Of(err)
	text := p.Detail
	for _, d := range p.Details {
		text += fmt.Sprintf(" [%s|%s|%s|%s]", d.Path, d.Input, d.Message, d.Code)
	}
	if p.Code != code || !strings.Contains(text, says) {
		t.Errorf("%s: %d %s (%v); want %d with %q", what, p.Code, text, err, code, says)
	}
}

func wire(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
