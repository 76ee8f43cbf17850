package simkit_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// library is a TSP that is a table of operations on books.
type library struct {
	shelf
	simkit.API
}

func (l *library) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.API.ServeHTTP(w, r) }

func (l *library) Refuse(w http.ResponseWriter, r *http.Request, status int) {
	l.API.Refuse(w, r, status)
}

// openLibrary starts a library whose API was changed.
func openLibrary(t *testing.T, opts simkit.Options, change func(*simkit.API)) *simtest.Sim {
	t.Helper()
	return simtest.Start(t, func(opts simkit.Options) (simkit.Simulator, error) {
		return simkit.Open(opts, libraryWith(change))
	}, func(o *simkit.Options) { *o = opts }).As("Authorization", "me")
}

func libraryWith(change func(*simkit.API)) simkit.Definition {
	def := definition()
	def.Build = func(h *simkit.Host) simkit.TSP {
		l := &library{shelf{h}, simkit.API{
			Host: h, Operations: books(), Authenticate: known,
			WriteRefusal: func(w http.ResponseWriter, _ *simkit.Call, no *simkit.Refusal) {
				simkit.WriteJSON(w, no.Status, simkit.Object{"wrong": no.Message, "code": int64(no.Code)})
			},
		}}
		if change != nil {
			change(&l.API)
		}
		return l
	}
	return def
}

func known(c *simkit.Call) error {
	if c.Caller = c.Request.Header.Get("Authorization"); c.Caller == "" {
		return simkit.Refused(http.StatusUnauthorized, "who are you?")
	}
	return nil
}

func books() map[string]simkit.Operation {
	list := func(tx *simkit.Tx, c *simkit.Call) (any, error) {
		return simkit.Object{"found": c.ID(), "books": int64(len(tx.Items("books")))}, nil
	}
	newest := func(*simkit.Tx, *simkit.Call) (any, error) { return simkit.Object{"newest": true}, nil }
	return map[string]simkit.Operation{
		"GET /books/{id}":   {Do: list},
		"GET /books/newest": {Query: []string{"of"}, Do: newest},
		"POST /books": {
			Limits: []simkit.Limit{{N: 3, Per: time.Minute}}, Scope: "write", Status: http.StatusCreated,
			Shape: simkit.Shape{"title": simkit.String(1, 10)}, Required: []string{"title"}, Do: postBook,
		},
		"DELETE /books/{id}": {Status: http.StatusNoContent, Do: func(tx *simkit.Tx, c *simkit.Call) (any, error) {
			_, err := tx.Find("books", c.ID())
			tx.Delete("books", c.ID())
			return nil, err
		}},
	}
}

func postBook(tx *simkit.Tx, c *simkit.Call) (any, error) {
	id := strconv.FormatInt(tx.NextSeq(), 10)
	c.Answer.Set("Book-Id", id)
	return c.Body, tx.Put("books", id, c.Body, "title "+simkit.Text(c.Body, "title"))
}

func TestAnAPIAnswersByItsTable(t *testing.T) {
	t.Parallel()
	s := openLibrary(t, simkit.Options{Limits: true, Now: noon}, nil)
	for _, step := range []struct {
		request, body string
		status        int
		want          string
	}{
		{"POST /books", `{"title":"Dune"}`, 201, `{"title":"Dune"}`},
		{"POST /books", `{"title":"Dune"}`, 409, "already used"},
		{"POST /books", `{"title":"Emma"}`, 201, `{"title":"Emma"}`},
		{"POST /books", `{"title":"Ulysses"}`, 429, "Too Many Requests"},
		{"GET /books/Du%6ee", "", 200, `{"books":2,"found":"Dune"}`},
		{"GET /books/a%2Fb", "", 200, `"found":"a/b"`},
		{"GET /books/newest", "", 200, `{"newest":true}`},
		{"GET /books/newest?of=1", "", 200, `{"newest":true}`},
		{"GET /books/newest?by=1", "", 400, `unknown query parameter \"by\"`},
		{"GET /books/newest?z=1&y=1&x=1&w=1&v=1&u=1&by=1", "", 400, `unknown query parameter \"by\"`},
		{"GET /books/", "", 404, "Not Found"},
		{"GET /shelves", "", 404, "Not Found"},
		{"PUT /books/Dune", "", 405, "Method Not Allowed"},
		{"HEAD /books/newest", "", 200, ""},
		{"DELETE /books/2", "", 204, ""},
		{"DELETE /books/2", "", 404, "Not Found"},
	} {
		method, path, _ := strings.Cut(step.request, " ")
		got := s.Do(method, path, step.body)
		if got.Status != step.status || !strings.Contains(got.Text, step.want) {
			t.Errorf("%s %s: %d %s, want %d %s", step.request, step.body, got.Status, got.Text, step.status, step.want)
		}
	}
	if got := s.Do("PUT", "/books/newest", ""); got.Header.Get("Allow") != "DELETE, GET" {
		t.Errorf("Allow = %q", got.Header.Get("Allow"))
	}
	if got := s.Do("POST", "/books", `{"title":"Ulysses"}`); got.Header.Get("Retry-After") != "20" {
		t.Errorf("Retry-After = %q", got.Header.Get("Retry-After"))
	}
}

func TestAnAPIRefusesWrongBodiesAndStrangers(t *testing.T) {
	t.Parallel()
	s := openLibrary(t, simkit.Options{}, nil)
	for body, want := range map[string]string{
		`{`:                       "invalid JSON",
		`{}`:                      "title is required",
		`{"title":""}`:            "at least 1 characters",
		`{"title":"a","pages":1}`: `unknown field "pages"`,
	} {
		if wrong := s.Do("POST", "/books", body).Refused(t, 400, "wrong"); !strings.Contains(wrong, want) {
			t.Errorf("%s: %s, want %s", body, wrong, want)
		}
	}
	s.Do("POST", "/books", `{"title":"a"}`, "Content-Type", "text/plain").Refused(t, 415, "wrong")
	s.As().Do("GET", "/books/1", "").Refused(t, 401, "wrong")
}

func TestASuccessCarriesTheHeadersOfItsCallAndARefusalNone(t *testing.T) {
	t.Parallel()
	s := openLibrary(t, simkit.Options{}, nil)
	if got := s.Do("POST", "/books", `{"title":"Dune"}`); got.Header.Get("Book-Id") != "2" {
		t.Errorf("Book-Id = %q", got.Header.Get("Book-Id"))
	}
	if got := s.Do("POST", "/books", `{"title":"Dune"}`); got.Status != 409 || got.Header.Get("Book-Id") != "" {
		t.Errorf("%d, Book-Id = %q", got.Status, got.Header.Get("Book-Id"))
	}
}

func TestACallerIsKnownBeforeBudgetsAndAllowedBehindThem(t *testing.T) {
	t.Parallel()
	s := openLibrary(t, simkit.Options{Limits: true, Now: noon}, func(a *simkit.API) {
		a.Limits = func(c *simkit.Call) []simkit.Limit {
			return []simkit.Limit{{Key: c.Caller.(string), N: 1, Per: time.Minute}}
		}
		a.Authorize = func(c *simkit.Call) error {
			if c.Caller == "reader" && c.Operation.Scope == "write" {
				return simkit.Refused(http.StatusForbidden, "not you")
			}
			return nil
		}
		a.Texts = map[int]string{429: "Slow down."}
	})
	s.As().Do("POST", "/books", `{}`).Refused(t, 401, "wrong")
	reader := s.As("Authorization", "reader")
	reader.Do("POST", "/books", `{}`).Refused(t, 403, "wrong")
	if wrong := reader.Do("POST", "/books", `{}`).Refused(t, 429, "wrong"); wrong != "Slow down." {
		t.Errorf("the API says %q", wrong)
	}
	s.Do("POST", "/books", `{}`).Refused(t, 400, "wrong")
}

func TestACallCanSucceedAndKeepNothing(t *testing.T) {
	t.Parallel()
	s := openLibrary(t, simkit.Options{}, func(a *simkit.API) {
		a.Prepare = func(_ *simkit.Tx, c *simkit.Call) error {
			c.Status, c.Discard = http.StatusAccepted, true
			return nil
		}
	})
	if got := s.Do("POST", "/books", `{"title":"Dune"}`); got.Status != 202 || got.Text != `{"title":"Dune"}` {
		t.Errorf("%d %s", got.Status, got.Text)
	}
	if n := s.Do("GET", "/books/1", "").JSON(t)["books"]; n != 0.0 {
		t.Errorf("%v books were kept", n)
	}
}

func TestUnknownParametersAndMembersAreIgnoredUnderTheSwitch(t *testing.T) {
	t.Parallel()
	s := openLibrary(t, simkit.Options{}, func(a *simkit.API) { a.Lenient = "polite" })
	got := s.Do("POST", "/books?by=1", `{"title":"Dune","pages":1}`)
	if got.Status != 201 || got.Text != `{"title":"Dune"}` {
		t.Errorf("%d %s", got.Status, got.Text)
	}
	s.Switch("polite", false)
	s.Do("POST", "/books", `{"title":"Dune","pages":1}`).Refused(t, 400, "wrong")
}
