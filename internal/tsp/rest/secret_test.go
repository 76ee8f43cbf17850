package rest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// assertSilent walks all that can be printed of an error, its causes included.
func assertSilent(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			text := fmt.Sprintf(verb, err)
			var e *tsp.Error
			if errors.As(err, &e) {
				text += fmt.Sprintf(verb, *e) + fmt.Sprintf(verb, e.Headers)
			}
			for _, secret := range []string{token, url.QueryEscape(token), url.PathEscape(token), token[:12]} {
				if strings.Contains(text, secret) {
					t.Errorf("%s shows %q: %s", verb, secret, text)
				}
			}
		}
	}
}

func TestNoErrorTellsASecret(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Answers.Message = func(a rest.Answer) string { return string(a.Body) }
	handlers := map[string]http.HandlerFunc{
		"an answer repeats it":                              answer(400, "the token "+token+" is old"),
		"a long answer repeats it where the message is cut": answer(400, strings.Repeat("x", 500-12)+token),
		"a header repeats it": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Debug", "got "+token)
			w.WriteHeader(500)
		},
		"a redirect repeats it": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login?token="+url.QueryEscape(token), http.StatusFound)
		},
		"a broken answer repeats it": func(w http.ResponseWriter, _ *http.Request) {
			half(w, "HTTP/1.1 "+token+"\r\n\r\n")
		},
		"an answer of 200 repeats it": answer(200, token),
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := serve(t, config, handler).Write(t.Context(), messageWrite())
			assertSilent(t, ending(t, err))
		})
	}
}

func TestTheCauseOfARedactedErrorCanStillBeTold(t *testing.T) {
	t.Parallel()
	s := connect(t, testland(), "http://api.testland.example", roundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("sending %s: %w", r.Header.Get("Authorization"), io.ErrUnexpectedEOF)
	}))
	_, err := s.Write(t.Context(), messageWrite())
	assertSilent(t, err)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v hides its cause", err)
	}
	if !strings.Contains(err.Error(), "Bearer *****") {
		t.Errorf("%v does not show where the secret stood", err)
	}
}

func TestHeadersOfASuccessTellNoSecret(t *testing.T) {
	t.Parallel()
	s := serve(t, testland(), func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Debug", token)
		answer(200, `{"id":"1"}`)(w, r)
	})
	w, err := s.Write(t.Context(), messageWrite())
	if err != nil || w.Headers.Get("X-Debug") != "*****" {
		t.Errorf("headers = %v, %v", w.Headers, err)
	}
}

func TestASecretOfOneLetterLeavesTheTSPsWordsReadable(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Answers.Message = func(a rest.Answer) string { return string(a.Body) }
	server := serveURL(t, answer(401, `a token that starts "a" was never handed out`))
	s, err := rest.New(config).Connect(t.Context(), tsp.Access{BaseURL: server, Client: new(http.Client), Pace: &pacer{},
		Credentials: tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Check(t.Context(), &pacer{})
	if e := wantClass(t, err, tsp.Unauthorized); e.Message != `a token that starts "*****" was never handed out` {
		t.Errorf("message = %q", e.Message)
	}
}

func TestASecretIsHiddenInTheTSPsWordsAndNotInOurs(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Answers.Message = func(a rest.Answer) string { return "wrong password: " + string(a.Body) }
	for said, want := range map[string]string{
		"no such password": "wrong password: no such *****",
		`{"id":9007199254740993,"m":"pass\u0077ord"}`: `wrong password: {"id":9007199254740993,"m":"*****"}`,
	} {
		s, err := rest.New(config).Connect(t.Context(), tsp.Access{BaseURL: serveURL(t, answer(401, said)), Client: new(http.Client),
			Pace: &pacer{}, Credentials: tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "password"}}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Check(t.Context(), &pacer{})
		if e := wantClass(t, err, tsp.Unauthorized); e.Message != want {
			t.Errorf("message = %q, want %q", e.Message, want)
		}
	}
}

func TestASecretIsHiddenInJSONThatAMessageQuotes(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Answers.Message = func(a rest.Answer) string {
		var said struct {
			M string `json:"m"`
		}
		if json.Unmarshal(a.Body, &said) != nil {
			return string(a.Body)
		}
		return said.M
	}
	for said, want := range map[string]string{
		`{"m":"not taken: {\"token\":\"hush\\/key\"}"}`:        "*****",
		`{"m":"not taken: {\"token\":\"hush\\u002fkey\"}"}`:    "*****",
		`{"m":"not taken: {\"password\":[\"is too short\"]}"}`: `not taken: {"password":["is too short"]}`,
		`{"m":"password: is too short"}`:                       "password: is too short",
		`not taken: hush&#47;key`:                              "*****",
	} {
		s, err := rest.New(config).Connect(t.Context(), tsp.Access{BaseURL: serveURL(t, answer(400, said)), Client: new(http.Client),
			Pace: &pacer{}, Credentials: tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "hush/key"}}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Write(t.Context(), messageWrite())
		if e := ending(t, err); e.Message != want {
			t.Errorf("%s: message = %q, want %q", said, e.Message, want)
		}
	}
}
