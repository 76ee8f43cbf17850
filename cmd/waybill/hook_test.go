package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/cli"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// delivered is what a receiver got.
type delivered struct {
	mu   sync.Mutex
	got  []string
	last struct {
		header http.Header
		body   []byte
	}
}

// verifier is a receiver that takes what is signed with a secret, and answers a code.
func verifier(t *testing.T, secret string, code int) (*delivered, string) {
	t.Helper()
	d := &delivered{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := webhook.Verify(r.Header, body, secret, time.Now()); err != nil {
			t.Error(err)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.got = append(d.got, r.Header.Get("X-Event-Type"))
		d.last.header, d.last.body = r.Header, body
		w.WriteHeader(code)
	}))
	t.Cleanup(s.Close)
	return d, s.URL
}

func (d *delivered) events() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.got, " ")
}

// follow runs a command until it is ended, and returns what it writes meanwhile.
func (g *gateway) follow(args ...string) (out *lately, end func() int) {
	ctx, cancel := context.WithCancel(g.t.Context())
	out = &lately{}
	ended := make(chan int, 1)
	go func() { ended <- run(g.session(ctx, out, out), args) }()
	return out, sync.OnceValue(func() int { cancel(); return <-ended })
}

func TestEventsAreHandedToAReceiverSignedAsWebhooksAre(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.waybill("api", "POST", "/v2/notifications/webhooks", "-d", `{"url":"waybill:feed","event_name":"resource_operation.created"}`).ends(0)
	before := g.message("before")
	g.waybill("op", "watch", before).ends(0)
	secret := "a secret of mine"
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, at := verifier(t, secret, http.StatusTeapot)
	out, end := g.follow("listen", "--forward-to", at, "--secret-file", file)
	until(t, "it listens", func() bool { return strings.Contains(out.String(), "events are posted to") })
	id := g.message("after")
	until(t, "both events were posted", func() bool { return got.events() == "resource_operation.created resource_operation.succeeded" })
	until(t, "it says so", func() bool {
		return strings.Contains(out.String(), "418 ") && strings.Contains(out.String(), id+"  samsara create message  success")
	})
	if strings.Contains(out.String(), before) {
		t.Errorf("what happened before was posted: %s", out)
	}
	if code := end(); code != 130 {
		t.Errorf("%d %s", code, out)
	}
	// What it has subscribed to is as it was.
	g.waybill("hook", "list", "--jq", `.[]|select(.url=="waybill:feed").event_name`).ends(0, "resource_operation.created\n")

	folder := t.TempDir()
	var headers strings.Builder
	if err := got.last.header.Write(&headers); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"h": "POST /hooks HTTP/1.1\r\n" + headers.String(), "b": string(got.last.body) + "\n",
		"x": string(got.last.body) + "x", "s": secret, "o": "another secret", "n": "none", "e": "X-Event-Type: x\r\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	verify := func(secret, headers, body string) said {
		return g.waybill("hook", "verify", "--secret-file", filepath.Join(folder, secret), "--headers", filepath.Join(folder, headers),
			"--body", filepath.Join(folder, body))
	}
	verify("s", "h", "b").ends(0, "genuine: resource_operation.succeeded ")
	verify("s", "h", "x").ends(1, "the signature does not match", "hint: the body must be byte for byte")
	verify("o", "h", "b").ends(1, "the signature does not match")
	old := []string{"hook", "verify", "--old"}
	for flag, name := range map[string]string{"--secret-file": "s", "--headers": "e", "--body": "b"} {
		old = append(old, flag, filepath.Join(folder, name))
	}
	g.waybill(old...).ends(1, "hint: --old goes by X-Catena-Timestamp")
	verify("s", "n", "b").ends(2, "the headers cannot be read")
	verify("s", "h", "nosuch").ends(2, "nosuch")
}

func TestEventsAreShownAsTheyHappenWhereNoFeedWas(t *testing.T) {
	t.Parallel()
	g := running(t)
	out, end := g.follow("tail", "--event", "resource_operation.failed")
	until(t, "it follows", func() bool { return strings.Contains(out.String(), "events are shown") })
	g.fault("POST", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
	id := g.message("one")
	until(t, "it is shown", func() bool {
		return strings.Contains(out.String(), "resource_operation.failed  "+id+"  samsara create message  failed  400 ")
	})
	if code := end(); code != 130 {
		t.Errorf("%d %s", code, out)
	}
	g.waybill("hook", "list", "--jq", `[.[]|select(.url=="waybill:feed")]|length`).ends(0, "0\n")
	// What is in the feed can be read again.
	again, end := g.follow("tail", "--since", "1h", "--event", "resource_operation.failed", "--jq", ".data[0].id")
	until(t, "it is shown again", func() bool { return strings.Contains(again.String(), id+"\n") })
	end()
	g.waybill("listen", "--forward-to", "localhost").ends(2, "give an address such as")
}

func TestWebhooksAreSubscribedToAndWhatWasGivenUpIsReplayed(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.in = "a secret of mine"
	g.waybill("hook", "create", "http://127.0.0.1:9/x", "resource_operation.*", "--secret-file", "-", "--fleet-ref", "fleet-1").ends(0,
		"resource_operation.failed", "a secret of mine")
	g.in = ""
	id := g.waybill("hook", "create", "http://127.0.0.1:9/y", "vehicle.added", "-o", "name").text()
	g.waybill("hook", "create", "http://127.0.0.1:9/y", "vehicle.added").ends(1, "409")
	g.waybill("hook", "create", "http://127.0.0.1:9/z", "workflow.added").ends(0, "warning: workflow.added: event_name: this service never raises")
	g.waybill("hook", "list", "--event", "vehicle.added").ends(0, id+"  vehicle.added  active")
	g.waybill("hook", "deliveries", id).ends(0, "EVENT ID")
	g.waybill("hook", "pause", id).ends(2, "nobody can be asked here whether to pause subscription "+id+" (vehicle.added to http://127.0.0.1:9/*****)")
	g.waybill("hook", "pause", id, "--yes").ends(0, id+"  vehicle.added  paused\n")
	g.waybill("hook", "list", "--event", "vehicle.added").ends(0, id+"  vehicle.added  paused", "client:demo")
	g.waybill("hook", "pause", id, "--yes").ends(0, "paused")
	g.waybill("hook", "activate", id, "--jq", ".status").ends(0, "active\n")
	g.waybill("hook", "activate", id).ends(0, id+"  vehicle.added  active\n")
	g.waybill("hook", "pause", strings.Replace(id, "0", "1", 1)).ends(3, "404")
	g.waybill("hook", "activate", strings.Replace(id, "0", "1", 1)).ends(3, "404")
	g.waybill("hook", "pause", id, "--yes", "-o", "name").ends(0, id+"\n")
	g.waybill("hook", "deliveries", id, "--dead", "-o", "json").ends(0, "[]\n")
	g.waybill("hook", "deliveries", id, "--dead", "--status", "failed").ends(2)
	g.waybill("hook", "replay", id, "--dry-run").ends(0, "0 dead letters match")
	g.waybill("hook", "replay", id, "--since", "1h", "--yes").ends(0, "nothing matches")
	g.waybill("hook", "replay", strings.Replace(id, "0", "1", 1), "--dry-run").ends(3, "404")
	g.waybill("hook", "delete", id).ends(2, "nobody can be asked here whether to delete 1 subscriptions")
	g.waybill("hook", "delete", id, "--yes").ends(0)
	g.waybill("hook", "delete", id, "--yes").ends(3, "404")
	if list := g.waybill("hook", "list"); strings.Contains(list.out, id) {
		t.Error(list.out)
	}
}

func TestAReceiverIsTestedAndTheExitCodeSaysWhatItAnswered(t *testing.T) {
	t.Parallel()
	g := running(t)
	takes := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		w.WriteHeader(code)
	}))
	t.Cleanup(takes.Close)
	for code, wants := range map[int]struct {
		ends int
		says string
	}{202: {0, "ok  202 in "}, 503: {cli.ExitFailed, "refused  503 in "}, 404: {cli.ExitFailed, "Look at the path"}} {
		id := g.waybill("hook", "create", takes.URL+"/"+strconv.Itoa(code), "vehicle.added", "-o", "name").text()
		g.waybill("hook", "test", id).ends(wants.ends, wants.says)
		g.waybill("hook", "test", id).ends(1, "429", "tested less than 10s ago")
		g.waybill("hook", "deliveries", id, "-o", "json").ends(0, "[]\n")
		g.waybill("hook", "list", "--event", "vehicle.added").ends(0, id+"  vehicle.added  active")
	}
	id := g.waybill("hook", "create", "http://127.0.0.1:9/x", "vehicle.added", "-o", "name").text()
	g.waybill("hook", "test", id, "-o", "json").ends(cli.ExitUnknown, `"outcome": "unanswered"`, `"status_code": null`)
	g.waybill("hook", "test", strings.Replace(id, "0", "1", 1)).ends(3, "404")
}

func TestDeliveriesOfOneOperationAreListed(t *testing.T) {
	t.Parallel()
	g := running(t)
	takes := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	t.Cleanup(takes.Close)
	id := g.waybill("hook", "create", takes.URL, "resource_operation.created", "-o", "name").text()
	one, other := g.message("one"), g.message("other")
	until(t, "both were delivered", func() bool {
		return g.waybill("hook", "deliveries", id, "--jq", "length").out == "2\n"
	})
	all := g.waybill("hook", "deliveries", id, "-o", "name").ends(0).out
	first := g.waybill("hook", "deliveries", id, "--operation", one, "-o", "name").text()
	second := g.waybill("hook", "deliveries", id, "--operation", other, "-o", "name").text()
	if first == second || !strings.Contains(all, first) || !strings.Contains(all, second) {
		t.Errorf("of %q the one has %s and the other %s", all, first, second)
	}
	g.waybill("hook", "deliveries", id, "--operation", one, "--status", "failed", "-o", "json").ends(0, "[]\n")
	g.waybill("hook", "deliveries", id, "--operation", strings.Replace(one, "0", "1", 1), "-o", "json").ends(0, "[]\n")
	g.waybill("hook", "deliveries", id, "--operation", "7").ends(1, "422", "operation_id")
	g.waybill("hook", "deliveries", id, "--operation", one, "--dead").ends(2, "leave --dead out")
	g.waybill("hook", "deliveries", strings.Replace(id, "0", "1", 1), "--operation", one).ends(3, "404")
}
