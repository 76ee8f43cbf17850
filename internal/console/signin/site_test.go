package signin_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/console"
	"github.com/waybill-dev/waybill/internal/console/signin"
	"github.com/waybill-dev/waybill/internal/operator"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/store/storetest"
	"github.com/waybill-dev/waybill/internal/throttle"
)

// site is a console of three acts behind its gate, over TLS unless it says otherwise.
type site struct {
	*httptest.Server
	t    *testing.T
	db   store.Store
	desk *operator.Desk
	log  strings.Builder

	mu sync.Mutex
	at time.Duration
}

// acts are those of the site, and the role that each needs.
var acts = map[string]console.Role{"read": console.Viewer, "act": console.Operator, "change": console.Admin}

// with changes how a site is made.
type with func(*signin.Config)

func newSite(t *testing.T, changes ...with) *site {
	t.Helper()
	s := &site{t: t}
	db := storetest.Fresh(t, s.now)
	s.db, s.desk = db, operator.NewDesk(db, s.now)
	log := slog.New(slog.NewTextHandler(&s.log, nil))
	c := signin.Config{Door: operator.NewDoor(operator.DoorConfig{Kept: db, Life: 12 * time.Hour, Idle: time.Hour, Now: s.now, Log: log}),
		From: func(r *http.Request) (netip.Addr, bool) {
			at, err := netip.ParseAddrPort(r.RemoteAddr)
			return at.Addr(), err == nil
		},
		Address:  func(r *http.Request) string { return r.Header.Get("Test-Address") },
		Requests: throttle.New(throttle.Rate{Events: 1000, Period: time.Minute}, 100, s.now),
		Attempts: throttle.New(throttle.Rate{Events: 10, Period: time.Minute}, 100, s.now), Now: s.now, Log: log}
	for _, change := range changes {
		change(&c)
	}
	gate, err := signin.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewTLSServer(gate.Around(pages(gate)))
	t.Cleanup(s.Close)
	return s
}

// pages are what stands behind the gate: each act answers with who does it.
func pages(gate console.Gate) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, known := gate.Visitor(r)
		if !known {
			gate.SignIn(w, r)
			return
		}
		if needs, ok := acts[strings.TrimPrefix(r.URL.Path, "/console/")]; ok && !v.Role.May(needs) {
			http.Error(w, "not with this role", http.StatusForbidden)
			return
		}
		a := audit.Of(r.Context())
		_, _ = fmt.Fprintf(w, "at %s: %s <%s>, %s, payloads %v, %s from %s", r.URL.RequestURI(), v.Name, v.Email, v.Role, v.Payloads,
			a.Name, a.Remote)
	})
}

func (s *site) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.at)
}

func (s *site) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at += d
}

// hire makes an operator and returns his code.
func (s *site) hire(email string, role operator.Role) string {
	s.t.Helper()
	_, code, _, err := s.desk.Create(s.t.Context(), operator.Order{Email: email, Name: "Ada Lind", Role: role})
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

// browser keeps cookies, and follows redirects unless it is still.
type browser struct {
	*http.Client
	s     *site
	still bool
	// headers are sent with each request.
	headers map[string]string
}

func (s *site) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	c := s.Client()
	b := &browser{Client: &http.Client{Transport: c.Transport, Jar: jar}, s: s, headers: map[string]string{"Sec-Fetch-Site": "same-origin"}}
	b.CheckRedirect = func(*http.Request, []*http.Request) error {
		if b.still {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return b
}

// page is an answer that was read.
type page struct {
	*http.Response
	text string
}

func (b *browser) do(method, path string, form url.Values) page {
	b.s.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	to := path
	if !strings.Contains(path, "://") {
		to = b.s.URL + path
	}
	r, err := http.NewRequestWithContext(b.s.t.Context(), method, to, body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range b.headers {
		r.Header.Set(name, value)
	}
	answer, err := b.Do(r)
	if err != nil {
		b.s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	return page{answer, string(text)}
}

func (b *browser) get(path string) page { b.s.t.Helper(); return b.do(http.MethodGet, path, nil) }

// enter signs in by a code.
func (b *browser) enter(code, next string) page {
	b.s.t.Helper()
	return b.do(http.MethodPost, "/console/sign-in", url.Values{"code": {code}, "next": {next}})
}

// cookie is one that the browser holds for the site.
func (b *browser) cookie(name string) string {
	u, err := url.Parse(b.s.URL + "/console/")
	if err != nil {
		b.s.t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// shows fails unless a page has a status and says something.
func (p page) shows(t *testing.T, what string, status int, says string) {
	t.Helper()
	if p.StatusCode != status || !strings.Contains(p.text, says) {
		t.Errorf("%s: %d, without %q:\n%.1500s", what, p.StatusCode, says, p.text)
	}
}
