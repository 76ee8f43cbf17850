package browsertest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/store/sqlite/sqlitetest"
	"github.com/waybill-dev/waybill/internal/tsp/all"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// key seals the credentials of an installation of a test.
const key = "5VKHk80XiU1YgykPoY1ssX+gcHHBu8KxxazI42zN4z0="

// installation is the whole program as `waybill dev` runs it, with a simulator of each TSP.
type installation struct {
	t     *testing.T
	url   string
	app   *app.App
	ids   demo.Fixtures
	token string
	sims  map[string]string
	// stop ends the program and waits for that.
	stop func()
}

// start runs the program over a new database, set as changes have it; filled says whether with the fixtures of the demo.
func start(t *testing.T, filled bool, changes ...func(*config.Config)) *installation {
	t.Helper()
	in := &installation{t: t, sims: map[string]string{}}
	c := config.Default()
	c.Key, c.DatabaseURL = key, sqlitetest.Migrated(t)
	// What is looked up stays so for as long as it is looked at.
	c.Settling = time.Hour
	for _, change := range changes {
		change(&c)
	}
	for _, one := range all.Simulators() {
		sim, err := one.New(simkit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(sim)
		t.Cleanup(func() { server.CloseClientConnections(); _ = sim.Close(); server.Close() })
		c.BaseURLs[one.Info.Name], in.sims[one.Info.Name] = server.URL, server.URL
	}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	t.Cleanup(receiver.Close)
	in.run(c, app.Options{Dev: true}, func(ctx context.Context) {
		var err error
		if !filled {
			return
		}
		if in.ids, err = demo.Fill(ctx, in.app.Rooms(), strings.TrimPrefix(receiver.URL, "http://")); err != nil {
			t.Fatal(err)
		}
	})
	if filled {
		in.token = in.signIn()
	}
	return in
}

// run opens the program, does what comes before it is served, and serves it.
func (in *installation) run(c config.Config, o app.Options, before func(context.Context)) {
	in.t.Helper()
	ctx, cancel := context.WithCancel(in.t.Context())
	o.Log = slog.New(slog.DiscardHandler)
	var err error
	if in.app, err = app.Open(ctx, c, o); err != nil {
		in.t.Fatal(err)
	}
	before(ctx)
	server := httptest.NewUnstartedServer(nil)
	in.url = "http://" + server.Listener.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- in.app.Run(ctx, server.Listener) }()
	in.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			in.t.Errorf("stopping: %v", err)
		}
	})
	in.t.Cleanup(in.stop)
}

// send sends a request and returns the status and the text of its answer.
func (in *installation) send(method, url, kind, body string) (int, string) {
	in.t.Helper()
	req, err := http.NewRequestWithContext(in.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		in.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Authorization", "Bearer "+in.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		in.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		in.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// signIn gets a token of the demo's client.
func (in *installation) signIn() string {
	in.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {app.DemoClient}, "client_secret": {app.DemoSecret},
		"scope": {"organization"}}
	_, text := in.send("POST", in.url+"/realms/waybill/protocol/openid-connect/token", "application/x-www-form-urlencoded", form.Encode())
	return in.member(text, "access_token")
}

// member is a text in an answer.
func (in *installation) member(text, name string) string {
	in.t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		in.t.Fatalf("%v: %s", err, text)
	}
	value, ok := all[name].(string)
	if !ok {
		in.t.Fatalf("no %s in %s", name, text)
	}
	return value
}

// fault has the simulator of a TSP misbehave.
func (in *installation) fault(tsp, fault string) {
	in.t.Helper()
	if status, text := in.send("POST", in.sims[tsp]+"/_sim/faults", "application/json", fault); status >= 300 {
		in.t.Fatalf("%d %s", status, text)
	}
}

// well ends all faults of a simulator.
func (in *installation) well(tsp string) {
	in.t.Helper()
	in.send("DELETE", in.sims[tsp]+"/_sim/faults", "application/json", "")
}

// asks asks for a write and returns the operation's id.
func (in *installation) asks(method, path, body string) string {
	in.t.Helper()
	status, text := in.send(method, in.url+"/v2/telematics/"+path, "application/json", body)
	if status != http.StatusAccepted {
		in.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	return in.member(text, "id")
}

// operation is what the API says of one.
type operation struct {
	Status   string `json:"status"`
	Resource string `json:"resource_id"`
	Progress struct {
		Reason string `json:"reason"`
		Code   string `json:"code"`
	} `json:"progress"`
	Logs []struct{} `json:"logs"`
}

// until waits until an operation is as it should be.
func (in *installation) until(tsp, id, what string, is func(operation) bool) {
	in.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	at := fmt.Sprintf("%s/v2/integrations/connections/%s/resource-operations/%s", in.url, demo.ID("connection:"+tsp), id)
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		var op operation
		_, text := in.send("GET", at, "application/json", "")
		if err := json.Unmarshal([]byte(text), &op); err != nil {
			in.t.Fatalf("%v: %s", err, text)
		}
		if is(op) {
			return
		}
		if time.Now().After(deadline) {
			in.t.Fatalf("not within a minute: %s is %s: %s", id, what, text)
		}
	}
}
