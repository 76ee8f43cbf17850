package signin_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/console"
	"github.com/waybill-dev/waybill/internal/operator"
)

// plain serves the site without TLS as well.
func (s *site) plain(h http.Handler) string {
	s.t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host := r.Header.Get("Test-Host"); host != "" {
			r.Host = host
		}
		h.ServeHTTP(w, r)
	}))
	s.t.Cleanup(server.Close)
	return server.URL
}

func TestTheSignInLeadsToNoOtherHost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i, next := range []string{"//evil.example", "https://evil.example/console/", "/\\evil.example", "/console/\\..\\..\\evil",
		"/console/../../evil", "/console//..//..//evil.example", "\t//evil.example", "/console/\r\nSet-Cookie: a=b", "javascript:alert(1)",
		"/console/%2e%2e/%2e%2e/v2", "//console/", "/console", "/console/sign-in?next=//evil.example", "/console/sign-out", "/v2/x", "console/",
		"/console/sign-in/issuer", "/console/" + strings.Repeat("x", 2000)} {
		code, b := s.hire(fmt.Sprintf("a%d@x.example", i), operator.Viewer), s.browser()
		b.headers["Test-Address"] = fmt.Sprint(i)
		b.still = true
		if at := b.enter(code, next).Header.Get("Location"); at != "/console/" {
			t.Errorf("%.60q leads to %q", next, at)
		}
		if at := b.get("/console/sign-in?next=" + url.QueryEscape(next)).Header.Get("Location"); at != "/console/" {
			t.Errorf("%.60q leads who is in to %q", next, at)
		}
	}
}

func TestAFormOfAnotherSiteDoesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	code, b := s.hire("ada@x.example", operator.Admin), s.browser()
	b.enter(code, "")
	other := s.hire("bo@x.example", operator.Admin)
	for name, headers := range map[string]map[string]string{
		"cross-site": {"Sec-Fetch-Site": "cross-site"}, "a neighbour": {"Sec-Fetch-Site": "same-site"},
		"an old browser": {"Origin": "https://evil.example"}, "a hidden origin": {"Origin": "null"},
	} {
		b.headers = headers
		b.enter(other, "").shows(t, name+" signs somebody in", http.StatusForbidden, "sent from another site")
		b.do(http.MethodPost, "/console/sign-out", url.Values{}).shows(t, name+" signs out", http.StatusForbidden, "sent from another site")
		b.do(http.MethodPost, "/console/change", url.Values{}).shows(t, name+" acts", http.StatusForbidden, "sent from another site")
	}
	b.headers = map[string]string{"Origin": s.URL}
	b.do(http.MethodPost, "/console/change", url.Values{}).shows(t, "an old browser, here", http.StatusOK, "Ada Lind <ada@x.example>")
}

func TestASessionIsNeverTakenOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	thief := s.browser()
	thief.enter(s.hire("thief@x.example", operator.Viewer), "")
	planted := thief.cookie(session)
	// The victim's browser holds a session of the thief's when he signs in.
	victim := s.browser()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	victim.Jar.SetCookies(u, []*http.Cookie{{Name: session, Value: planted, Path: "/", Secure: true}})
	victim.enter(s.hire("ada@x.example", operator.Admin), "").shows(t, "the victim", http.StatusOK, "<ada@x.example>, admin")
	if now := victim.cookie(session); now == planted || now == "" {
		t.Error("the session is the one that was there before")
	}
	thief.get("/console/read").shows(t, "the planted session", http.StatusOK, "One-time code")
}

func TestTheCookieOfWhoIsDisabledOrChangedOpensNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	less := operator.Viewer
	for name, change := range map[string]func(string) error{
		"disabled": func(who string) error { _, err := s.desk.Disable(t.Context(), who, true); return err },
		"changed": func(who string) error {
			_, err := s.desk.Set(t.Context(), who, operator.Change{Role: &less, Sure: true})
			return err
		},
	} {
		b := s.browser()
		b.enter(s.hire(name+"@x.example", operator.Admin), "").shows(t, "in", http.StatusOK, "admin")
		if err := change(name + "@x.example"); err != nil {
			t.Fatal(err)
		}
		b.get("/console/change").shows(t, name, http.StatusOK, "One-time code")
	}
}

func TestEachActAsksForItsRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for role, may := range map[operator.Role][]string{operator.Viewer: {"read"}, operator.Acting: {"read", "act"},
		operator.Admin: {"read", "act", "change"}} {
		b := s.browser()
		b.enter(s.hire(string(role)+"@x.example", role), "").shows(t, string(role), http.StatusOK,
			fmt.Sprintf("payloads %v", role != operator.Viewer))
		for act := range acts {
			want := http.StatusForbidden
			if slices.Contains(may, act) {
				want = http.StatusOK
			}
			if got := b.do(http.MethodPost, "/console/"+act, url.Values{}).StatusCode; got != want {
				t.Errorf("%s may %s: %d, want %d", role, act, got, want)
			}
		}
	}
	for act := range acts {
		b := s.browser()
		b.still = true
		if p := b.do(http.MethodPost, "/console/"+act, url.Values{}); p.StatusCode != http.StatusSeeOther {
			t.Errorf("a stranger may %s: %d", act, p.StatusCode)
		}
	}
}

func TestTheRolesOfTheGateAreThoseOfThePages(t *testing.T) {
	t.Parallel()
	for i, role := range operator.Roles() {
		for j, act := range []console.Role{console.Viewer, console.Operator, console.Admin} {
			if got := console.Role(role).May(act); got != (i >= j) {
				t.Errorf("%s may %s: %v", role, act, got)
			}
		}
	}
}

func TestAScriptIsToldThatItsVisitorIsOutAndAFormLeadsBackToItsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	b.still = true
	b.headers = map[string]string{"HX-Request": "true"}
	p := b.get("/console/lanes")
	p.shows(t, "a fragment", http.StatusUnauthorized, "not signed in any more")
	if at := p.Header.Get("HX-Redirect"); at != "/console/sign-in?next=%2Fconsole%2Flanes" {
		t.Errorf("it is led to %q", at)
	}
	b.headers = map[string]string{"Sec-Fetch-Dest": "empty"}
	b.get("/console/events").shows(t, "a stream", http.StatusUnauthorized, "not signed in any more")
	for from, want := range map[string]string{s.URL + "/console/operations/1?tab=2": "/console/sign-in?next=%2Fconsole%2Foperations%2F1%3Ftab%3D2",
		"https://evil.example/console/x": "/console/sign-in", "": "/console/sign-in"} {
		b.headers = map[string]string{"Referer": from}
		if at := b.do(http.MethodPost, "/console/operations/1/retry", url.Values{}).Header.Get("Location"); at != want {
			t.Errorf("a form of %q leads to %q", from, at)
		}
	}
}

func TestADatabaseThatIsAwaySignsNobodyOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	b.enter(s.hire("ada@x.example", operator.Viewer), "")
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	kept := b.cookie(session)
	p := b.get("/console/read")
	p.shows(t, "a page", http.StatusServiceUnavailable, "You stay signed in")
	if b.cookie(session) != kept || p.Header.Get("Retry-After") == "" || strings.Contains(p.text, "closed") {
		t.Errorf("cookie %q, Retry-After %q: %s", b.cookie(session), p.Header.Get("Retry-After"), p.text)
	}
	if strings.Contains(s.log.String(), kept) {
		t.Error("the log holds the session's secret")
	}
}
