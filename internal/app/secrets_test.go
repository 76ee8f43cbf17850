package app_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
)

// secrecy collects every secret of a run, those that the simulators issue and that are sent to them
// included, and everything that the program emits.
type secrecy struct {
	mu      sync.Mutex
	secrets map[string]string
	emitted map[string]string
}

func (s *secrecy) add(what, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(secret) >= 8 {
		s.secrets[secret] = what
	}
}

func (s *secrecy) emit(where, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emitted[where] += text + "\n"
}

// hidden are the members of bodies whose values are secret.
var hidden = regexp.MustCompile(`"(access_token|refresh_token|sessionId|password|client_secret|api_key|token)"\s*:\s*"([^"]+)"`)

// tap passes a simulator's traffic on and notes the secrets in it.
func (s *secrecy) tap(t *testing.T, name string, sim http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		for _, found := range hidden.FindAllStringSubmatch(string(body), -1) {
			s.add(name+" was sent "+found[1], found[2])
		}
		if form, err := url.ParseQuery(string(body)); err == nil {
			for _, key := range []string{"client_secret", "code", "refresh_token"} {
				s.add(name+" was sent "+key, form.Get(key))
			}
		}
		_, scheme, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		s.add(name+" was sent an Authorization", scheme)
		s.add(name+" was sent a key", r.Header.Get("X-Api-Key"))
		for _, c := range r.Cookies() {
			s.add(name+" was sent a cookie", c.Value)
		}
		sim.ServeHTTP(&tapped{w, func(text string) {
			for _, found := range hidden.FindAllStringSubmatch(text, -1) {
				s.add(name+" issued "+found[1], found[2])
			}
		}}, r)
	})
}

type tapped struct {
	http.ResponseWriter
	see func(string)
}

func (t *tapped) Write(p []byte) (int, error) {
	t.see(string(p))
	return t.ResponseWriter.Write(p)
}

func (t *tapped) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// forms are how a secret can look where it was written by somebody who knew no better.
func forms(secret string) map[string]string {
	out := map[string]string{"as it is": secret, "in hex": hex.EncodeToString([]byte(secret)),
		"escaped for a URL": url.QueryEscape(secret)}
	if quoted, err := json.Marshal(secret); err == nil {
		out["quoted"] = strings.Trim(string(quoted), `"`)
	}
	// Base64 within a longer text looks as one of three, by where it begins; its ends hang on its neighbours.
	for i := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("-", i) + secret))
		out[fmt.Sprintf("in base64 from %d", i)] = text[i+1+i/2 : len(text)-2]
		text = base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("-", i) + secret))
		out[fmt.Sprintf("in URLs' base64 from %d", i)] = text[i+1+i/2 : len(text)-2]
	}
	return out
}

// told searches everything that was emitted for every secret. A database that is not sealed at rest
// holds where receivers are.
func (s *secrecy) told(t *testing.T, sealed bool) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.secrets) < 20 || len(s.emitted) < 8 {
		t.Fatalf("the run had %d secrets and %d places: it was not a whole one", len(s.secrets), len(s.emitted))
	}
	for secret, what := range s.secrets {
		for how, text := range forms(secret) {
			for where, emitted := range s.emitted {
				if !sealed && strings.HasSuffix(what, "of a receiver") && strings.HasPrefix(where, "the file") {
					continue
				}
				if at := strings.Index(emitted, text); at >= 0 {
					t.Errorf("%s holds a secret %s (%s): …%.300q", where, how, what, emitted[max(0, at-150):])
				}
			}
		}
	}
}

func TestNoSecretOfAWholeRunIsEmittedAnywhere(t *testing.T) {
	t.Parallel()
	noSecretIsEmitted(t, false)
}

func TestNoURLOfAReceiverLiesInADatabaseThatIsSealedAtRest(t *testing.T) {
	t.Parallel()
	noSecretIsEmitted(t, true)
}

// noSecretIsEmitted makes a whole run, whose database is sealed at rest or not, and searches what is left of it.
func noSecretIsEmitted(t *testing.T, sealed bool) {
	t.Helper()
	s := &secrecy{secrets: map[string]string{}, emitted: map[string]string{}}
	h := openTapped(t, s, sealed)
	h.secretLife(s)
	h.secretTroubles(s)
	h.stop()
	s.emit("the log", h.journal.String())
	h.hooks.mu.Lock()
	for _, e := range h.hooks.got {
		s.emit("webhooks", fmt.Sprint(e.header, string(e.body)))
	}
	h.hooks.mu.Unlock()
	s.told(t, sealed)
}

// openTapped opens a house of all TSPs whose secrets are noted.
func openTapped(t *testing.T, s *secrecy, sealed bool) *house {
	t.Helper()
	c := config.Default()
	c.SealAtRest = sealed
	h := openAll(t, c, func(name string, sim http.Handler) http.Handler { return s.tap(t, name, sim) })
	raw, err := base64.StdEncoding.DecodeString(operatorKey)
	if err != nil {
		t.Fatal(err)
	}
	s.add("the operator's key", string(raw))
	s.add("the operator's key", operatorKey)
	s.add("the demo's secret", app.DemoSecret)
	s.add("the webhook's secret", string(demo.Hook))
	stop := h.stop
	h.stop = sync.OnceFunc(func() {
		h.files(s, h.config.DatabaseURL)
		stop()
		h.files(s, h.config.DatabaseURL)
	})
	t.Cleanup(h.stop)
	s.add("an access token", h.token)
	return h
}

// files notes what lies on disk.
func (h *house) files(s *secrecy, path string) {
	for _, end := range []string{"", "-wal", "-shm", ".lock"} {
		text, err := os.ReadFile(path + end)
		if err == nil {
			s.emit("the file waybill.db"+end, string(text))
		} else if end == "" {
			h.t.Error(err)
		}
	}
}

// asked makes a request whose answer is searched.
func (h *house) asked(s *secrecy, method, path, body string, headers ...string) answer {
	h.t.Helper()
	a := h.do(method, path, body, headers...)
	s.emit("answers of "+method+" "+path, fmt.Sprint(a.status, a.header, a.text))
	return a
}
