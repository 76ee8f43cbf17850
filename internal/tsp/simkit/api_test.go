package simkit_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// library is a TSP that is a table of operations on books.
type library struct {
	shelf
	api simkit.API
}

func newLibrary(h *simkit.Host) simkit.TSP {
	books := func(tx *simkit.Tx, c *simkit.Call) (any, error) {
		return simkit.Object{"found": c.Path["id"], "books": int64(len(tx.Items("books")))}, nil
	}
	return &library{shelf{h}, simkit.API{
		Host: h,
		Operations: map[string]simkit.Operation{
			"GET /books/{id}":   {Do: books},
			"GET /books/newest": {Query: []string{"of"}, Do: func(*simkit.Tx, *simkit.Call) (any, error) { return simkit.Object{"newest": true}, nil }},
			"POST /books": {
				Limits: []simkit.Limit{{Key: "books", N: 3, Per: time.Minute}},
				Shape:  simkit.Shape{"title": simkit.String(1, 10)}, Required: []string{"title"}, Status: http.StatusCreated,
				Do: func(tx *simkit.Tx, c *simkit.Call) (any, error) {
					title, _ := c.Body["title"].(string)
					return c.Body, tx.Put("books", strconv.FormatInt(tx.NextSeq(), 10), c.Body, "title "+title)
				},
			},
			"DELETE /books/{id}": {Status: http.StatusNoContent, Do: func(tx *simkit.Tx, c *simkit.Call) (any, error) {
				if _, ok := tx.Get("books", c.Path["id"]); !ok {
					return nil, simkit.Refused(http.StatusNotFound, "no book %s", c.Path["id"])
				}
				tx.Delete("books", c.Path["id"])
				return nil, nil
			}},
		},
		Authorize: func(r *http.Request, _ simkit.Operation) error {
			if r.Header.Get("Authorization") == "" {
				return simkit.Refused(http.StatusUnauthorized, "who are you?")
			}
			return nil
		},
		Refuse: func(w http.ResponseWriter, _ *http.Request, no *simkit.Refusal) {
			simkit.WriteJSON(w, no.Status, simkit.Object{"wrong": no.Message})
		},
	}}
}

func (l *library) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.api.ServeHTTP(w, r) }

func TestAnAPIAnswersByItsTable(t *testing.T) {
	t.Parallel()
	def := definition()
	def.Build = newLibrary
	host, err := simkit.New(simkit.Options{Limits: true}, def)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = host.Close() })
	for _, step := range []struct {
		request, body, contentType string
		status                     int
		want                       string
	}{
		{"POST /books", `{"title":"Dune"}`, "application/json", 201, `{"title":"Dune"}`},
		{"POST /books", `{"title":"Dune"}`, "application/json", 409, "already used"},
		{"POST /books", `{"title":"Emma"}`, "application/json; charset=utf-8", 201, `{"title":"Emma"}`},
		{"POST /books", `{"title":"Ulysses"}`, "application/json", 429, "Too Many Requests"},
		{"GET /books/Du%6ee", "", "", 200, `{"books":2,"found":"Dune"}`},
		{"GET /books/a%2Fb", "", "", 200, `"found":"a/b"`},
		{"GET /books/newest", "", "", 200, `{"newest":true}`},
		{"GET /books/newest?of=1", "", "", 200, `{"newest":true}`},
		{"GET /books/newest?by=1", "", "", 400, `unknown query parameter \"by\"`},
		{"GET /books/", "", "", 404, "Not Found"},
		{"GET /shelves", "", "", 404, "Not Found"},
		{"PUT /books/Dune", "", "", 405, "Method Not Allowed"},
		{"DELETE /books/2", "", "", 204, ""},
		{"DELETE /books/2", "", "", 404, "no book 2"},
	} {
		got := ask(t, host, step.request, step.body, step.contentType)
		if got.Code != step.status || !strings.Contains(got.Body.String(), step.want) {
			t.Errorf("%s %s: %d %s, want %d %s", step.request, step.body, got.Code, got.Body, step.status, step.want)
		}
	}
}

func TestAnAPIRefusesWrongBodiesAndStrangers(t *testing.T) {
	t.Parallel()
	def := definition()
	def.Build = newLibrary
	host, err := simkit.New(simkit.Options{}, def)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = host.Close() })
	for body, want := range map[string]string{
		`{`:                       "invalid JSON",
		`{}`:                      "title is required",
		`{"title":""}`:            "at least 1 characters",
		`{"title":"a","pages":1}`: `unknown field \"pages\"`,
	} {
		if got := ask(t, host, "POST /books", body, "application/json"); got.Code != 400 || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s: %d %s, want %s", body, got.Code, got.Body, want)
		}
	}
	if got := ask(t, host, "POST /books", `{"title":"a"}`, "text/plain"); got.Code != http.StatusUnsupportedMediaType {
		t.Errorf("text/plain: %d", got.Code)
	}
	stranger := httptest.NewRecorder()
	host.ServeHTTP(stranger, httptest.NewRequest(http.MethodGet, "/books/1", nil))
	if stranger.Code != http.StatusUnauthorized {
		t.Errorf("a stranger is answered %d", stranger.Code)
	}
}

func ask(t *testing.T, host http.Handler, request, body, contentType string) *httptest.ResponseRecorder {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, in)
	r.Header.Set("Authorization", "me")
	r.Header.Set("Content-Type", contentType)
	out := httptest.NewRecorder()
	host.ServeHTTP(out, r)
	return out
}
