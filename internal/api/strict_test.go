package api_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/api"
)

// empty is a server whose rooms are empty: whatever is not refused for its parameters meets nobody
// and ends in a 500.
func empty(t *testing.T, ignoring bool) *counter {
	t.Helper()
	c := serve(t, nil)
	c.Server = api.New(api.Config{Tokens: c, Now: c.Now, TSPs: c.TSPs, Healthy: c.Healthy, IgnoreUnknown: ignoring, MaxAge: time.Hour,
		Log: slog.New(slog.DiscardHandler)})
	return c
}

// asked sends a query to a documented route and returns what is wrong with it, and what was ignored.
func (c *counter) asked(d documented, query string) (status int, header string, wrong []problem) {
	c.t.Helper()
	body, kind := d.body()
	a := c.do(d.line(query), body, "Content-Type", kind)
	if a.Code == 422 {
		if err := json.Unmarshal(a.Body.Bytes(), &struct {
			Detail *[]problem `json:"detail"`
		}{&wrong}); err != nil {
			c.t.Fatalf("%s: %s: %v", d.line(query), a.Body, err)
		}
	}
	return a.Code, a.Header().Get("Waybill-Ignored-Parameters"), wrong
}

// refuses makes sure that a query is a 422 that finds this fault with this parameter, or at a token
// endpoint, which has no parameters at all, OAuth's 400.
func (c *counter) refuses(d documented, query, path, says string) {
	c.t.Helper()
	status, _, wrong := c.asked(d, query)
	if d.isOAuth() {
		if status != 400 {
			c.t.Errorf("%s: %d", d.line(query), status)
		}
		return
	}
	for _, p := range wrong {
		if p.Path == path && strings.Contains(p.Message, says) {
			return
		}
	}
	c.t.Errorf("%s: %d %v, want that %s %s", d.line(query), status, wrong, path, says)
}

func TestNoRouteTakesAParameterThatItsDocumentDoesNotList(t *testing.T) {
	t.Parallel()
	c := empty(t, false)
	for _, d := range documentedRoutes(t) {
		names := "it has none"
		if len(d.query) > 0 {
			var known []string
			for _, p := range d.query {
				known = append(known, p.name)
			}
			names = "there are " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
		}
		c.refuses(d, "unheardof=1", "unheardof", "is not a parameter of this request; "+names)
		c.refuses(d, "unheardof", "unheardof", "is not a parameter of this request; "+names)
		for _, p := range d.query {
			misspelt := p.name[:len(p.name)-1] + "z"
			c.refuses(d, misspelt+"="+p.sample(), misspelt, fmt.Sprintf("did you mean %q?", p.name))
			for _, form := range []string{"[]", "[0]", "%5B%5D", "%5b1%5d", "[a][b]"} {
				name, _ := url.QueryUnescape(p.name + form)
				c.refuses(d, p.name+form+"="+url.QueryEscape(p.sample()), name,
					"write "+p.name+" without brackets, once for each value")
			}
		}
	}
}

func TestThousandsOfUnknownParametersGetABoundedAnswer(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&many, "a%d=1&", i)
	}
	_, _, wrong := empty(t, false).asked(documented{method: "GET", path: userList}, many.String())
	if n := len(wrong); n != 101 || wrong[100].Message != "and 49900 more problems" {
		t.Errorf("%d problems, and at last %v", n, wrong[n-1])
	}
}

func TestEachParameterOfTheDocumentIsRead(t *testing.T) {
	t.Parallel()
	c := empty(t, false)
	for _, d := range documentedRoutes(t) {
		for _, p := range d.query {
			query := p.name + "=" + url.QueryEscape(p.sample())
			_, _, wrong := c.asked(d, query)
			for _, one := range wrong {
				// A sample cannot be a cursor, and the id of a TSP's record needs its kind beside it.
				if one.Path == p.name && p.name != "cursor" && p.name != "source_id" && p.name != "event_name" &&
					p.name != "sort_by" || one.Code == "parameter_unknown" {
					t.Errorf("%s: %v", d.line(query), one)
				}
			}
		}
	}
}

func TestAParameterIsGivenOnceAndWithAValue(t *testing.T) {
	t.Parallel()
	c := empty(t, false)
	for _, d := range documentedRoutes(t) {
		for _, p := range d.query {
			good := p.name + "=" + url.QueryEscape(p.sample())
			c.refuses(d, p.name+"=", p.name, "must not be empty")
			c.refuses(d, p.name, p.name, "must not be empty")
			c.refuses(d, good+"&"+p.name+"=", p.name, "must not be empty")
			if p.list {
				c.refuses(d, strings.Repeat(good+"&", 101), p.name, "must hold at most 100 items")
			} else {
				c.refuses(d, good+"&"+good, p.name, "must be given once")
			}
		}
	}
}

func TestAPairThatCannotBeReadIsRefusedAndNotLeftOut(t *testing.T) {
	t.Parallel()
	c := empty(t, false)
	for _, d := range documentedRoutes(t) {
		c.refuses(d, "%zz=1", "%zz", "is not escaped as a URL must be")
		c.refuses(d, "=1", "", "is not a parameter of this request")
		for _, p := range append(d.query, parameter{name: "unheard"}) {
			c.refuses(d, p.name+"=%zz", p.name, "is not escaped as a URL must be; write a percent sign as %25")
			c.refuses(d, p.name+"=%", p.name, "is not escaped as a URL must be")
			c.refuses(d, p.name+"=1;a=2", p.name, "must not hold a semicolon")
			c.refuses(d, p.name+"=%ff", p.name, "must be UTF-8")
			c.refuses(d, p.name+"=%ed%a0%80", p.name, "must be UTF-8")
			c.refuses(d, p.name+"=a%00", p.name, "must not contain the NUL character")
		}
	}
}

func TestABooleanIsReadAsClientsWriteIt(t *testing.T) {
	t.Parallel()
	c := empty(t, false)
	tried := 0
	for _, d := range documentedRoutes(t) {
		for _, p := range d.query {
			if p.kind != "boolean" {
				continue
			}
			tried++
			for _, text := range []string{"true", "false", "True", "False", "TRUE", "1", "0", "on", "off", "yes", "no"} {
				if _, _, wrong := c.asked(d, p.name+"="+text); len(wrong) > 0 {
					t.Errorf("%s of %s=%s: %v", d.path, p.name, text, wrong)
				}
			}
			for _, text := range []string{"2", "-1", "null", "None", "undefined", "t", "y", "tru", "wahr"} {
				c.refuses(d, p.name+"="+text, p.name, "must be true or false")
			}
		}
	}
	if tried < 20 {
		t.Errorf("%d booleans were tried", tried)
	}
}

func TestUnknownParametersAreNamedInAHeaderWhereTheOperatorWantsIt(t *testing.T) {
	t.Parallel()
	c := empty(t, true)
	for _, d := range documentedRoutes(t) {
		if d.isOAuth() {
			continue
		}
		status, header, _ := c.asked(d, "unheard=1&un%C3%A9%0a=2&unheard=3")
		if status == 422 || header != "unheard, un%C3%A9%0A" {
			t.Errorf("%s %s: %d, ignored %q", d.method, d.path, status, header)
		}
		if status, _, _ := c.asked(d, "=1"); status != 422 {
			t.Errorf("%s: %d without a name", d.path, status)
		}
		for _, p := range d.query {
			// What was meant would narrow the list, or make a write wait.
			for _, near := range []string{p.name + "%5B%5D", strings.ToUpper(p.name[:1]) + p.name[1:], p.name + "s",
				p.name[:len(p.name)-1]} {
				if status, _, _ := c.asked(d, near+"="+url.QueryEscape(p.sample())); status != 422 && !slices.ContainsFunc(d.query,
					func(other parameter) bool { return other.name == near }) {
					t.Errorf("%s %s: %d", d.line(near), near, status)
				}
			}
			if _, header, _ := c.asked(d, p.name+"="+url.QueryEscape(p.sample())); header != "" {
				t.Errorf("%s: %s counts as unknown: %s", d.path, p.name, header)
			}
		}
	}
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, "a%d=%s&", i, strings.Repeat("b", 50))
	}
	if status, header, _ := c.asked(documented{method: "GET", path: "/healthz"}, many.String()); status != 200 ||
		strings.Count(header, ",") != 20 || !strings.HasSuffix(header, ", and 980 more") {
		t.Errorf("%d, ignored %q", status, header)
	}
}

// Whatever is sent that is not UTF-8, the fault is the caller's and the answer can be read.
func TestNothingThatIsNotUTF8IsOurFault(t *testing.T) {
	t.Parallel()
	c := empty(t, false)
	for _, d := range documentedRoutes(t) {
		for _, bytes := range []string{"\xff", "a\xe9", "\xed\xa0\x80", "\xc0\x80"} {
			body, kind := d.body()
			tries := map[string]*httptest.ResponseRecorder{}
			for _, place := range append(d.places, "") {
				path := strings.Replace(strings.Split(d.line(""), "?")[0], one, url.PathEscape(bytes), 1)
				if place == "realm" {
					path = strings.Replace(path, "/waybill", "/"+url.PathEscape(bytes), 1)
				}
				if place != "" {
					tries["path "+place] = c.do(path, body, "Content-Type", kind)
				}
			}
			if strings.HasPrefix(d.path, "/v2/telematics") && d.method != "GET" {
				tries["key"] = c.do(d.line(""), body, "Idempotency-Key", bytes)
			}
			tries["content type"] = c.do(d.line("a="+url.QueryEscape(bytes)), body, "Content-Type", bytes)
			tries["token"] = c.do(d.line("a="+url.QueryEscape(bytes)), body, "Authorization", bytes, "X-Request-Id", bytes)
			for says, a := range tries {
				if a.Code < 400 || a.Code > 499 || !utf8.Valid(a.Body.Bytes()) {
					t.Errorf("%s %s, %q as %s: %d %s", d.method, d.path, bytes, says, a.Code, a.Body)
				}
			}
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "&&", "size=5", "fleet_ids=" + one, "a=%zz", "size=5&size=6", "=", "%00", "a;b",
		"connection_id=%ff", "user_ids[]=1", "cursor=djF8", "is_driver=True&x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		h := open(t)
		r := httptest.NewRequestWithContext(t.Context(), "GET", userList, nil)
		r.URL.RawQuery = raw
		a := h.answer(r)
		given, err := url.ParseQuery(raw)
		switch {
		case a.Status != 200 && a.Status != 422:
			t.Fatalf("%q: %d %s", raw, a.Status, a.Text)
		case a.Status == 200 && err != nil:
			t.Fatalf("%q is read, though %v", raw, err)
		case a.Status == 200:
			for name, values := range given {
				for _, value := range values {
					if name == "" || value == "" {
						t.Fatalf("%q is read, though %q is %q", raw, name, value)
					}
				}
			}
		}
	})
}
