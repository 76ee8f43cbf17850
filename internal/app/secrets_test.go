package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
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
	out := map[string]string{"as it is": secret, "in hex": hex.EncodeToString([]byte(secret)), "escaped for a URL": url.QueryEscape(secret)}
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

// openTapped opens a house of all TSPs that logs everything.
func openTapped(t *testing.T, s *secrecy, sealed bool) *house {
	t.Helper()
	c := config.Default()
	c.SealAtRest = sealed
	for _, one := range all.Simulators() {
		server := httptest.NewServer(s.tap(t, one.Info.Name, simulator(t, one.Info.Name)))
		t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
		c.BaseURLs[one.Info.Name] = server.URL
	}
	h := &house{t: t, sim: c.BaseURLs["samsara"], checker: openapitest.NewChecker(t), journal: &journal{}, patience: impatient()}
	h.hooks = &hooks{t: t, checker: h.checker, answer: http.StatusAccepted, came: make(chan struct{}, 1)}
	receiver := httptest.NewServer(h.hooks)
	t.Cleanup(receiver.Close)
	c.Settling, c.Key, c.DatabaseURL = 1500*time.Millisecond, operatorKey, filepath.Join(t.TempDir(), "waybill.db")
	raw, err := base64.StdEncoding.DecodeString(operatorKey)
	if err != nil {
		t.Fatal(err)
	}
	s.add("the operator's key", string(raw))
	s.add("the operator's key", operatorKey)
	s.add("the demo's secret", app.DemoSecret)
	s.add("the webhook's secret", string(demo.Hook))
	ctx, cancel := context.WithCancel(t.Context())
	log := slog.New(slog.NewJSONHandler(h.journal, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if h.app, err = app.Open(ctx, c, app.Options{Dev: true, Log: log}); err != nil {
		t.Fatal(err)
	}
	h.db = h.app.Rooms().Store
	h.app.Rooms().Connections.Patience = h.patience
	if h.ids, err = demo.Fill(ctx, h.app.Rooms(), strings.TrimPrefix(receiver.URL, "http://")); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	h.url = "http://" + server.Listener.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- h.app.Run(ctx, server.Listener) }()
	h.stop = sync.OnceFunc(func() {
		h.files(s, c.DatabaseURL)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("stopping: %v", err)
		}
		h.files(s, c.DatabaseURL)
	})
	t.Cleanup(h.stop)
	h.token = h.tokenFor(app.DemoClient, app.DemoSecret, "organization")
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

// secretLife uses secrets as they are meant to be used.
func (h *house) secretLife(s *secrecy) {
	t := h.t
	given, err := h.operator().CreateClient(t.Context(), access.ClientOrder{ID: "tms", Owner: "TMS"})
	if err != nil {
		t.Fatal(err)
	}
	s.add("a client's secret", given)
	s.add("an access token", h.tokenFor("tms", given, ""))
	for what, secret := range map[string]string{"a code": "samsara-demo-code", "a client secret at a TSP": "samsara-demo-secret",
		"a password that waits": "hush-pre-auth-pass", "a first password": "Hush-First-Passw0rd!", "a receiver's secret": "hush-webhook-secret"} {
		s.add(what, secret)
	}
	samsara := tsp.Name("samsara").ID()
	made := h.asked(s, "POST", connections, fmt.Sprintf(`{"tsp_id":%q,"fleet_ref":"fleet-2","settings":{"initial_driver_password":"Hush-First-Passw0rd!"},
		"credentials":{"client_id":"samsara-demo-client","client_secret":"samsara-demo-secret","auth_code":"samsara-demo-code"}}`, samsara))
	if made.status != http.StatusOK {
		t.Fatalf("%d %s", made.status, made.text)
	}
	one := connections + "/" + made.field("id")
	h.simulated("POST", "/_sim/faults", `{"match":{"path_prefix":"/v1/fleet"},"fault":"expire_session","times":1}`)
	h.asked(s, "PATCH", one, `{"credentials":{"token":"samsara-demo-token"}}`)
	h.asked(s, "POST", "/v2/integrations/connection-pre-auths",
		fmt.Sprintf(`{"tsp_id":%q,"fleet_ref":"fleet-1","pre_auth_credentials":{"username":"u","password":"hush-pre-auth-pass"}}`, samsara))
	h.do("POST", "/v2/notifications/webhooks", `{"url":"https://hooks.example/in","event_name":"connection.created","secret":"hush-webhook-secret"}`)
	ids := []string{h.asked(s, "POST", messages, h.message("hello")).field("id")}
	for _, name := range []tsp.Name{"samsara", "motive", "geotab", "traccar"} {
		user := fmt.Sprintf(`{"connection_id":%q,"username":"%s.driver","first_name":"Anna","last_name":"Berg","is_driver":true}`,
			demo.ID("connection:"+string(name)), name)
		if a := h.asked(s, "POST", users, user); a.status != http.StatusAccepted {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	for _, id := range ids {
		h.ended(id)
	}
	h.until("all operations have ended", func() bool {
		return !strings.Contains(h.do("GET", operations, "").text, `"status":"pending"`)
	})
	for _, path := range []string{connections, one, operations, users, vehicles, "/v2/notifications/webhooks", "/v2/orgs/fleets", agreements} {
		h.asked(s, "GET", path, "")
	}
}

// secretTroubles has secrets refused, lost and told back.
func (h *house) secretTroubles(s *secrecy) {
	t := h.t
	for what, secret := range map[string]string{"a wrong token": "hush-wrong-token", "a wrong client secret": "hush-wrong-secret",
		"a foreign token": "hush-foreign-token", "a misplaced password": "hush-misplaced-password", "the way of a receiver": "hush-path-of-receiver",
		"the query of a receiver": "hush-query-of-receiver"} {
		s.add(what, secret)
	}
	h.asked(s, "POST", connections, samsaraBody("fleet-3", "hush-wrong-token"))
	h.asked(s, "GET", connections, "", "Authorization", "Bearer hush-foreign-token")
	h.asked(s, "POST", "/realms/waybill/protocol/openid-connect/token", "grant_type=client_credentials&client_id=tms&client_secret=hush-wrong-secret",
		"Content-Type", "application/x-www-form-urlencoded")
	hooks := "/v2/notifications/webhooks"
	closed := httptest.NewServer(nil)
	closed.Close()
	made := h.do("POST", hooks, fmt.Sprintf(`{"url":"%s/in/hush-path-of-receiver?token=hush-query-of-receiver","event_name":"resource_operation.*"}`, closed.URL))
	if made.status != http.StatusOK {
		t.Fatalf("%d %s", made.status, made.text)
	}
	h.asked(s, "GET", hooks, "")
	for _, fault := range []string{`"status","status":401`, `"status","status":503`, `"malformed"`, `"apply_then_drop"`} {
		h.simulated("POST", "/_sim/faults", `{"match":{"path_prefix":"/v1/fleet/messages","method":"POST"},"times":1,"fault":`+fault+`}`)
		id := h.asked(s, "POST", messages, h.message("with "+fault[:8])).field("id")
		if h.ended(id).status == http.StatusOK {
			h.asked(s, "GET", fmt.Sprintf("%s/%s/resource-operations/%s", connections, h.ids.Connection, id), "")
		}
	}
	h.until("a delivery has failed", func() bool { return strings.Contains(h.journal.String(), "delivery attempt ended") })
	h.until("a failed delivery is listed", func() bool {
		list := h.do("GET", hooks, "")
		for _, item := range list.value("items").([]any) {
			id := item.(map[string]any)["id"].(string)
			if logs := h.asked(s, "GET", hooks+"/"+id+"/logs", ""); strings.Contains(logs.text, "refused the connection") {
				return true
			}
		}
		return false
	})
	h.asked(s, "GET", hooks+"?password=hush-misplaced", "")
}
