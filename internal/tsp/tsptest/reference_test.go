package tsptest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// reference is a small adapter that does all that the suite asks for. It speaks to a TSP with a
// session that ends, a native key for creates of records, and messages to one user at a time.
type reference struct {
	// flaw is what the adapter does wrong on purpose; "" for nothing.
	flaw flaw
	memo *memo
	// inspects tells that the adapter writes inspections, and nothing else.
	inspects bool
}

// memo is what a flaw remembers over the adapter's instances.
type memo struct {
	mu    sync.Mutex
	last  string
	times int
}

func newReference(f flaw) func() tsp.Adapter {
	m := new(memo)
	return func() tsp.Adapter { return &reference{flaw: f, memo: m, inspects: inspections(f)} }
}

func (r *reference) has(f flaw) bool { return r.flaw == f }

// Spec returns the static data.
func (r *reference) Spec() tsp.Spec {
	const page = "https://example.com/docs"
	s := tsp.Spec{
		Name: "catena_simulator", DisplayName: "Reference", BaseURL: "https://api.example.com",
		Docs:        []tsp.Doc{{Title: "API", URL: page, Verified: "2026-11-24"}},
		Credentials: []tsp.CredentialKind{tsp.CredentialKindOf("api_basic"), tsp.CredentialKindOf("oauth2_initiate")},
		Limits: []tsp.Limit{
			{Key: "writes", Scope: tsp.PerAccount, Events: 10, Period: time.Second, Burst: 3, Source: page},
			{Key: "session", Scope: tsp.PerConnection, AtOnce: 3, Source: page},
			{Key: "users", Scope: tsp.PerAccount, Events: 3, Period: time.Second, Burst: 2, Source: "assumed: none is stated"},
			{Key: "reads", Scope: tsp.PerAccount, Events: 20, Period: time.Second, Burst: 5, Source: "assumed: none is stated"},
		},
		Parallel: 4, Settles: 20 * time.Second, SettlesSource: "assumed: none is stated", Actions: r.actions(),
		Settings: []tsp.Setting{
			{Key: "home_group", Label: "Group of new users (id)", Type: tsp.TextSetting},
			{Key: "keep_notes", Label: "Send notes of new vehicles", Type: tsp.BooleanSetting},
			{Key: "initial_password", Label: "First password of new users", Type: tsp.TextSetting, Secret: true},
		},
		Imports: []tsp.ImportKind{
			{Kind: resource.KindVehicle, Collections: []string{"vehicles"}},
			{Kind: resource.KindUser, Collections: []string{"users"}},
			{Kind: resource.KindMessage, Collections: []string{"messages"}},
		},
		NotImported:       map[resource.Kind]string{resource.KindGroupMessage: "the reference keeps each as messages to single users"},
		SampleCredentials: tsp.Credentials{Kind: "api_basic", Fields: map[string]string{"username": "demo", "password": "demo-password"}},
	}
	if r.inspects {
		s.NotImported = map[resource.Kind]string{resource.KindDvirLog: "the reference shows no inspections"}
	}
	if r.has(incompleteSpec) {
		s.Limits[0].Source = ""
	}
	if r.has(overstates) {
		s.Limits[0].Events = 40
	}
	if r.has(unlabelled) {
		s.Settings[0].Label = ""
	}
	return s
}

// Connect makes a session. Signing in waits for the first call.
func (r *reference) Connect(_ context.Context, a tsp.Access) (tsp.Session, error) {
	client := *a.Client
	if !r.has(followsRedirects) {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return &referenceSession{link: &link{reference: r, access: a, client: &client, current: a.Credentials}}, nil
}

// Exchange turns a code into credentials with a session.
func (r *reference) Exchange(ctx context.Context, a tsp.Access) (tsp.Credentials, error) {
	if a.Credentials.Kind != "oauth2_initiate" {
		return a.Credentials, nil
	}
	l := &link{reference: r, access: a, client: a.Client}
	return l.signIn(ctx, a.Pace, r.Spec().SampleCredentials)
}

// referenceSession keeps its secrets behind a pointer, where printing does not follow.
type referenceSession struct {
	link *link
	// missed is the operation that a flaw has looked for in vain.
	missed uuid.UUID
}

func (s *referenceSession) Check(ctx context.Context, pace tsp.Pacer) (tsp.Account, error) {
	_, err := s.link.send(ctx, pace, request{method: http.MethodGet, path: "/me"})
	key := "reference"
	if s.link.reference.has(accountDrifts) {
		key += strconv.Itoa(s.link.reference.memo.repeated("account"))
	}
	return tsp.Account{Key: key, Name: "Reference"}, err
}

func (s *referenceSession) List(ctx context.Context, l tsp.List) (tsp.Page, error) {
	return s.link.list(ctx, l)
}

// Read reads one record; messages are read from the answer to their write.
func (s *referenceSession) Read(ctx context.Context, one tsp.Single) (tsp.Record, error) {
	return s.link.read(ctx, one)
}

// CheckSettings asks whether the group of new users exists.
func (s *referenceSession) CheckSettings(ctx context.Context, pace tsp.Pacer) error {
	group := s.link.access.Settings.Text("home_group")
	if group == "" || s.link.reference.has(trustsSettings) {
		return nil
	}
	_, err := s.link.send(ctx, pace, request{method: http.MethodGet, path: "/groups/" + url.PathEscape(group)})
	var failed *tsp.Error
	if errors.As(err, &failed) && (failed.Status == http.StatusNotFound || s.link.reference.has(blamesGroups)) && !s.link.reference.has(blamesNothing) {
		return &tsp.Error{Class: tsp.Rejected, Message: "there is no group " + group, Setting: "home_group"}
	}
	return err
}

// Write performs one write.
func (s *referenceSession) Write(ctx context.Context, w tsp.Write) (out tsp.Written, err error) {
	w.Settings = s.link.access.Settings
	if s.link.reference.has(survivesPanics) {
		defer func() {
			if recover() != nil {
				err = &tsp.Error{Class: tsp.Rejected, Message: "cannot be written"}
			}
		}()
	}
	steps, err := s.link.plan(w)
	if err != nil {
		if s.link.reference.has(asksFirst) {
			_, _ = s.link.send(ctx, w.Pace, request{method: http.MethodGet, path: "/me"})
		}
		return out, err
	}
	return s.link.perform(ctx, w, steps)
}

// Find looks for what an earlier attempt did.
func (s *referenceSession) Find(ctx context.Context, w tsp.Write) (tsp.Written, bool, error) {
	steps, err := s.link.plan(w)
	if err != nil {
		return tsp.Written{}, false, err
	}
	if s.link.reference.has(believesFirst) && s.missed == w.Operation {
		return tsp.Written{}, false, nil
	}
	out, found, err := s.link.find(ctx, w, steps)
	if err == nil && !found {
		s.missed = w.Operation
	}
	return out, found, err
}

// repeated tells how often the same payload was written in a row.
func (m *memo) repeated(text string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if text != m.last {
		m.last, m.times = text, 0
	}
	m.times++
	return m.times
}

// written is what was remembered last.
func (m *memo) written() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last
}

// redact hides every secret of the link in a text.
func (l *link) redact(text string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	hidden := append([]string{l.access.Settings.Text("initial_password")}, l.hidden...)
	for _, name := range []string{"password", tsp.AccessToken} {
		hidden = append(hidden, l.current.Get(name))
	}
	for _, secret := range hidden {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "*****")
		}
	}
	return text
}
