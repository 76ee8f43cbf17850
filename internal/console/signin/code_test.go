package signin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/console/signin"
	"github.com/waybill-dev/waybill/internal/operator"
)

const session = "__Host-waybill-console"

func TestAStrangerSignsInByACodeAndComesToWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	code, b := s.hire("ada@x.example", operator.Acting), s.browser()
	asked := b.get("/console/operations?state=failed&x=1")
	asked.shows(t, "the form", http.StatusOK, `name="next" value="/console/operations?state=failed&amp;x=1"`)
	if at := asked.Request.URL.RequestURI(); at != "/console/sign-in?next=%2Fconsole%2Foperations%3Fstate%3Dfailed%26x%3D1" {
		t.Errorf("the form is at %s", at)
	}
	b.enter(strings.ToLower(code), "/console/operations?state=failed&x=1").shows(t, "in", http.StatusOK,
		"at /console/operations?state=failed&x=1: Ada Lind <ada@x.example>, operator, payloads true, operator:ada@x.example from 127.0.0.1")
	b.get("/console/sign-in").shows(t, "who is in needs no form", http.StatusOK, "at /console/: Ada Lind")
	if log := s.log.String(); strings.Contains(log, code) || strings.Contains(log, b.cookie(session)) {
		t.Errorf("the log holds what proves somebody: %s", log)
	}
}

func TestTheCookieIsThisHostsAndGoesOverTLSAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	b.still = true
	in := b.enter(s.hire("ada@x.example", operator.Viewer), "")
	if len(in.Cookies()) != 1 {
		t.Fatalf("cookies: %v", in.Header["Set-Cookie"])
	}
	c := in.Cookies()[0]
	if c.Name != session || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" ||
		len(c.Value) != 43 || c.MaxAge <= 0 || c.MaxAge > 12*3600 {
		t.Errorf("%+v", c)
	}
	// A name without the prefix can be set by a neighbour, or by who answers in our place without TLS.
	b = s.browser()
	b.headers["Cookie"] = "waybill-console=" + c.Value
	b.get("/console/read").shows(t, "the weak name", http.StatusOK, "One-time code")
}

func TestALinkFillsItsCodeInAndSignsNobodyIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	code := s.hire("ada@x.example", operator.Viewer)
	for range 3 {
		b := s.browser()
		p := b.get("/console/sign-in?code=" + url.QueryEscape(code))
		p.shows(t, "the form", http.StatusOK, `value="`+code+`"`)
		if b.cookie(session) != "" {
			t.Error("a look at the link signs in")
		}
	}
	s.browser().enter(code, "").shows(t, "the code", http.StatusOK, "Ada Lind")
	s.browser().get("/console/sign-in?code=%22%3E%3Cscript%3E&next=%22%3E%3Cscript%3E").shows(t, "markup", http.StatusOK, `value="&#34;&gt;&lt;script&gt;"`)
}

func TestAWrongCodeAndAUsedOneAreToldAlike(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	used, late := s.hire("ada@x.example", operator.Viewer), s.hire("bo@x.example", operator.Viewer)
	s.browser().enter(used, "")
	s.later(15 * time.Minute)
	var told []string
	for _, code := range []string{"wb-AAAA-AAAA-AAAA-AAAA", used, late, "", strings.Repeat("A", 4000)} {
		p := s.browser().enter(code, "/console/read")
		p.shows(t, code, http.StatusForbidden, "It is wrong, was used already, or is older than 15 minutes")
		told = append(told, p.text)
	}
	for _, text := range told {
		if text != told[0] {
			t.Errorf("two codes are told from each other:\n%s\n%s", text, told[0])
		}
	}
}

func TestTriesAreBoundedByAddressAndNobodyElseWaits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	code := s.hire("ada@x.example", operator.Viewer)
	b := s.browser()
	b.headers["Test-Address"] = "192.0.2.1"
	for range 20 {
		b.enter("wb-AAAA-AAAA-AAAA-AAAA", "").shows(t, "a try", http.StatusForbidden, "does not open")
	}
	p := b.enter(code, "")
	p.shows(t, "one more, though right", http.StatusTooManyRequests, "Try again in")
	if p.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	other := s.browser()
	other.headers["Test-Address"] = "192.0.2.2"
	other.enter(code, "").shows(t, "another address", http.StatusOK, "Ada Lind")
}

func TestSigningOutEndsTheSessionAndNotTheCookieAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	b.enter(s.hire("ada@x.example", operator.Viewer), "")
	kept := b.cookie(session)
	b.do(http.MethodPost, "/console/sign-out", url.Values{}).shows(t, "out", http.StatusOK, "You are signed out")
	if b.cookie(session) != "" {
		t.Error("the browser keeps the cookie")
	}
	thief := s.browser()
	thief.headers["Cookie"] = session + "=" + kept
	thief.get("/console/read").shows(t, "the cookie of before", http.StatusOK, "One-time code")
	b.do(http.MethodPost, "/console/sign-out", url.Values{}).shows(t, "out once more", http.StatusOK, "You are signed out")
}

func TestOverAnUnencryptedConnectionNobodySignsInButOnThisMachine(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plain := s.plain(s.Config.Handler)
	b := s.browser()
	p := b.do(http.MethodPost, plain+"/console/sign-in", url.Values{"code": {s.hire("ada@x.example", operator.Viewer)}})
	p.shows(t, "on this machine", http.StatusOK, "Ada Lind")
	for name, headers := range map[string]map[string]string{
		"another host": {"Test-Host": "waybill.example"}, "behind a proxy": {"X-Forwarded-For": "192.0.2.1"},
	} {
		code, b := s.hire(strings.ReplaceAll(name, " ", "-")+"@x.example", operator.Viewer), s.browser()
		b.headers = headers
		b.do(http.MethodPost, plain+"/console/sign-in", url.Values{"code": {code}}).shows(t, name, http.StatusForbidden, "WAYBILL_CONSOLE_URL")
		b.do(http.MethodGet, plain+"/console/sign-in", nil).shows(t, name+", the form", http.StatusOK, "This connection is not encrypted")
		s.browser().enter(code, "").shows(t, name+" has used the code up", http.StatusOK, "Ada Lind")
	}
}

func TestACodeIsNotUsedUpWhereTheBrowserTakesNoCookie(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *signin.Config) { c.URL = "https://waybill.example" })
	code, b := s.hire("ada@x.example", operator.Viewer), s.browser()
	b.headers["Origin"] = s.URL
	b.enter(code, "").shows(t, "past the proxy", http.StatusForbidden, "Open https://waybill.example/console/")
	// A proxy may have put its own name for us into the request.
	b.headers = map[string]string{"Origin": "https://waybill.example"}
	b.enter(code, "").shows(t, "by the proxy", http.StatusOK, "Ada Lind")
}

func TestWhoIsSignedOutKeptOutOrGivenAnotherRoleIsAnotherForAnAnswerThatGoesOn(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*testing.T, *site, *browser){
		"signed out": func(_ *testing.T, _ *site, b *browser) { b.do(http.MethodPost, signin.OutPath, url.Values{}) },
		"left alone": func(_ *testing.T, s *site, _ *browser) { s.later(20 * time.Minute) },
		"disabled": func(t *testing.T, s *site, _ *browser) {
			if _, err := s.desk.Disable(t.Context(), "ada@x.example", true); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var gate *signin.Gate
			s := newSite(t, func(c *signin.Config) {
				var err error
				if gate, err = signin.New(*c); err != nil {
					t.Fatal(err)
				}
			})
			b := s.browser()
			b.enter(s.hire("ada@x.example", operator.Acting), "")
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/console/operations", nil)
			r.RemoteAddr = "127.0.0.1:1"
			r.AddCookie(&http.Cookie{Name: session, Value: b.cookie(session)})
			// Asking so is no use of the session, however often.
			for range 3 {
				if v, known := gate.Still(r); !known || v.Name != "Ada Lind" {
					t.Fatalf("in: %v %v", v, known)
				}
				s.later(15 * time.Minute)
			}
			end(t, s, b)
			if v, known := gate.Still(r); known {
				t.Errorf("%s is still %v", name, v)
			}
		})
	}
}

// A stream that was lost asks anew by itself: a page that was left open would keep its session for ever.
func TestASessionThatOnlyStreamsEndsAsUnusedHoweverOftenItsStreamConnectsAnew(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	b.still = true
	b.enter(s.hire("ada@x.example", operator.Viewer), "")
	stream := func(what string, status int) {
		t.Helper()
		b.headers["Accept"] = "text/html, text/event-stream"
		defer delete(b.headers, "Accept")
		if p := b.get("/console/operations"); p.StatusCode != status {
			t.Errorf("%s: %d %s", what, p.StatusCode, p.text)
		}
	}
	for range 3 {
		stream("within the hour", http.StatusOK)
		s.later(19 * time.Minute)
	}
	s.later(5 * time.Minute)
	stream("after it", http.StatusSeeOther)
	b.get("/console/operations").shows(t, "a page after it", http.StatusSeeOther, "")

	b = s.browser()
	b.enter(s.hire("bo@x.example", operator.Viewer), "")
	for range 4 {
		b.get("/console/operations").shows(t, "a page that is loaded", http.StatusOK, "Ada Lind")
		s.later(19 * time.Minute)
	}
}
