package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/operator"
)

const begin = "/console/sign-in/issuer"

func TestWhoComesFromTheIssuerHasTheHighestRoleOfHisGroups(t *testing.T) {
	t.Parallel()
	i := newIDP(t)
	s := issuedSite(t, i)
	for _, c := range []struct {
		groups any
		shows  string
	}{
		{[]string{"everybody", "dispatch"}, "Ada Lind <ada@x.example>, operator, payloads true, operator:ada@x.example sub:42 from"},
		{[]string{"support", "platform", "dispatch"}, "admin, payloads true"},
		{"everyone", "viewer, payloads false"},
	} {
		i.is(map[string]any{"groups": c.groups})
		s.browser().get(begin+"?next=%2Fconsole%2Flanes").shows(t, c.shows, http.StatusOK, c.shows)
	}
	all, err := s.desk.All(t.Context())
	if err != nil || len(all) != 1 || all[0].Subject != i.URL+" 42" {
		t.Errorf("it is one operator: %v, %v", all, err)
	}
	b := s.browser()
	b.get(begin+"?next=%2Fconsole%2Flanes").shows(t, "the way back", http.StatusOK, "at /console/lanes: ")
	if b.cookie("__Host-waybill-sign-in") != "" {
		t.Error("what was kept for the way back is still there")
	}
	s.browser().get("/console/sign-in").shows(t, "the page", http.StatusOK, "Continue at <bdi>"+strings.TrimPrefix(i.URL, "http://"))
}

func TestWhoHasNoMappedGroupIsToldSo(t *testing.T) {
	t.Parallel()
	i := newIDP(t)
	s := issuedSite(t, i)
	for name, claims := range map[string]map[string]any{
		"others": {"groups": []string{"Dispatch", "sales"}}, "none": {"groups": nil}, "no list": {"groups": map[string]any{"a": "dispatch"}},
		"numbers": {"groups": []any{1, true}}, "too many": {"groups": nil, "_claim_names": map[string]any{"groups": "src1"},
			"_claim_sources": map[string]any{"src1": map[string]any{"endpoint": "https://graph.example"}}},
	} {
		i.is(claims)
		b := s.browser()
		b.get(begin).shows(t, name, http.StatusForbidden, "none of your groups has a role at this console")
		if b.cookie(session) != "" {
			t.Errorf("%s: there is a session", name)
		}
	}
	if all, err := s.desk.All(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("operators: %v, %v", all, err)
	}
}

func TestAnIDTokenThatIsNotForThisSignInOpensNothing(t *testing.T) {
	t.Parallel()
	i := newIDP(t)
	s := issuedSite(t, i)
	for name, claims := range map[string]map[string]any{
		"another nonce": {"nonce": "x"}, "no nonce": {"nonce": nil}, "another audience": {"aud": "other"},
		"another issuer": {"iss": "https://evil.example"}, "expired": {"exp": time.Now().Add(-time.Hour).Unix()},
		"given to another": {"aud": []string{clientID, "other"}, "azp": "other"}, "given to nobody": {"aud": []string{clientID, "other"}},
		"about nobody": {"sub": ""},
	} {
		i.is(claims)
		b := s.browser()
		b.headers["Test-Address"] = name
		if p := b.get(begin); p.StatusCode < 400 || b.cookie(session) != "" {
			t.Errorf("%s: %d, %s", name, p.StatusCode, p.text)
		}
	}
	i.is(nil)
	i.by = newKey(t)
	b := s.browser()
	b.get(begin).shows(t, "another key", http.StatusBadGateway, "You were not signed in")
}

// sent is a browser that the issuer would send back, and where to.
func (s *site) sent() (*browser, *url.URL) {
	s.t.Helper()
	b := s.browser()
	b.still = true
	to := b.get(begin).Header.Get("Location")
	back, err := url.Parse(b.get(to).Header.Get("Location"))
	if err != nil {
		s.t.Fatal(err)
	}
	return b, back
}

func TestAWayBackCountsOnceForTheBrowserThatWasSent(t *testing.T) {
	t.Parallel()
	i := newIDP(t)
	s := issuedSite(t, i)
	for name, change := range map[string]func(b *browser, back url.Values){
		"another state":   func(_ *browser, back url.Values) { back.Set("state", "x") },
		"no state":        func(_ *browser, back url.Values) { back.Del("state") },
		"too late":        func(*browser, url.Values) { s.later(10 * time.Minute) },
		"another issuer":  func(_ *browser, back url.Values) { back.Set("iss", "https://evil.example") },
		"another browser": func(b *browser, _ url.Values) { b.Jar = s.browser().Jar },
		"a forged cookie": func(b *browser, _ url.Values) {
			b.Jar = s.browser().Jar
			b.headers["Cookie"] = "__Host-waybill-sign-in=eyJTdGF0ZSI6IngifQ"
		},
		"somebody else's cookie": func(b *browser, _ url.Values) { b.Jar = func() http.CookieJar { o, _ := s.sent(); return o.Jar }() },
	} {
		b, back := s.sent()
		q := back.Query()
		change(b, q)
		p := b.get(back.Path + "?" + q.Encode())
		if p.StatusCode != http.StatusForbidden || !strings.Contains(p.text, "Begin again") || b.cookie(session) != "" {
			t.Errorf("%s: %d, %s", name, p.StatusCode, p.text)
		}
		s.later(time.Minute)
	}
	b, back := s.sent()
	if p := b.get(back.RequestURI()); p.StatusCode != http.StatusSeeOther || b.cookie(session) == "" {
		t.Errorf("the right one: %d, %s", p.StatusCode, p.text)
	}
	b.get(back.RequestURI()).shows(t, "a second time", http.StatusForbidden, "Begin again")
}

func TestAnIssuerThatRefusesOrIsAwayIsTold(t *testing.T) {
	t.Parallel()
	i := newIDP(t)
	i.away = true
	s := issuedSite(t, i)
	for range 3 {
		s.browser().get(begin).shows(t, "away", http.StatusBadGateway, "use a one-time code")
	}
	if i.documents != 1 {
		t.Errorf("it was asked %d times while it was away", i.documents)
	}
	i.away = false
	s.later(10 * time.Second)
	s.browser().get(begin).shows(t, "back", http.StatusOK, "Ada Lind")
	i.refuses = "access_denied<script>"
	s.browser().get(begin).shows(t, "refused", http.StatusForbidden, "It says: access_denied&lt;script&gt;")
	// Words of an issuer that nobody was sent to are somebody else's.
	p := s.browser().get("/console/sign-in/callback?error=call+0900")
	p.shows(t, "made up", http.StatusForbidden, "Begin again")
	if strings.Contains(p.text, "0900") {
		t.Error("a link puts words into the page")
	}
	newSite(t).browser().get(begin).shows(t, "none set", http.StatusNotFound, "Use a one-time code")
}

func TestWhoIsDisabledHereIsKeptOutThoughTheIssuerLetsHimIn(t *testing.T) {
	t.Parallel()
	i := newIDP(t)
	s := issuedSite(t, i)
	b := s.browser()
	b.get(begin).shows(t, "in", http.StatusOK, "Ada Lind")
	all, err := s.desk.All(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if _, err := s.desk.Disable(t.Context(), all[0].ID.String(), true); err != nil {
		t.Fatal(err)
	}
	b.get("/console/read").shows(t, "the session of before", http.StatusOK, "One-time code")
	s.browser().get(begin).shows(t, "anew", http.StatusForbidden, "You are kept out")
}

func TestAnEmailOfTheIssuersIsNoOperatorOfTheSameEmail(t *testing.T) {
	t.Parallel()
	i := newIDP(t)
	s := issuedSite(t, i)
	s.hire("root@x.example", operator.Admin)
	i.is(map[string]any{"email": "root@x.example", "groups": []string{"support"}})
	s.browser().get(begin).shows(t, "somebody who says he is root", http.StatusOK, "<root@x.example>, viewer, payloads false, operator:root@x.example sub:42")
	o, err := s.desk.All(t.Context())
	if err != nil || len(o) != 2 {
		t.Errorf("%v, %v", o, err)
	}
}
