package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// looks runs a command that has no end until what it wrote is as it should be, and returns that.
func (g *gateway) looks(shows bool, what string, is func(string) bool, then func(), finally func(string) bool, args ...string) string {
	g.t.Helper()
	ctx, cancel := context.WithCancel(g.t.Context())
	out, errs, ended := &lately{}, &bytes.Buffer{}, make(chan int, 1)
	s := g.session(ctx, out, errs)
	s.Shows = shows
	go func() { ended <- run(s, args) }()
	until(g.t, what, func() bool { return is(out.String()) })
	then()
	until(g.t, what+", and what follows", func() bool { return finally(out.String()) })
	cancel()
	if code := <-ended; code != 130 {
		g.t.Errorf("%v ends with %d: %s", args, code, errs)
	}
	return out.String()
}

func TestAListIsLookedAtAgainAndWritesWhatHasChanged(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	first := g.rename("one")
	has := func(text string, n int) func(string) bool {
		return func(out string) bool { return strings.Count(out, text) >= n }
	}
	pause := func() { g.waybill("conn", "pause", "samsara", "--yes").ends(0) }
	lines := g.looks(false, "the connection is listed", has(`"status":"active"`, 1), pause, has(`"status":"paused"`, 1),
		"conn", "list", "--watch")
	if strings.Contains(lines, "\x1b") || strings.Count(lines, `"status":"active"`) != 1 || strings.Count(lines, "\n") != 2 {
		t.Errorf("written was %q", lines)
	}
	cancelled := func() { g.waybill("op", "cancel", first, "--yes").ends(0) }
	drawn := g.looks(true, "the operation is drawn", has(first, 1), cancelled, has("cancelled", 1), "op", "list", "--watch")
	if !strings.HasPrefix(drawn, "\x1b[H\x1b[2J") || !strings.Contains(drawn, "STATUS") {
		t.Errorf("drawn was %q", drawn)
	}
	g.looks(false, "the ids are written", has(first, 1), func() {}, has(first, 1), "op", "list", "-w", "-o", "name")
	record := g.ids.Vehicle.String()
	g.looks(false, "the record is listed", has(record, 1), func() {}, has(record, 1), "record", "list", "vehicle", "-w")
	hooks := g.looks(false, "the subscriptions are listed", has("", 0), func() {
		g.waybill("hook", "create", "http://127.0.0.1:9/w", "vehicle.removed").ends(0)
	}, has(`"vehicle.removed"`, 1), "hook", "list", "-w", "--event", "vehicle.removed")
	if strings.Count(hooks, "\n") != 1 {
		t.Errorf("written was %q", hooks)
	}
	for _, wrong := range [][]string{{"op", "list", "--watch", "-o", "json"}, {"record", "list", "vehicle", "-w", "-o", "json"},
		{"hook", "list", "-w", "-o", "yaml"}, {"hook", "deliveries", "x", "-w", "-o", "json"}, {"conn", "list", "--watch", "-o", "yaml"}} {
		g.waybill(wrong...).ends(2, "--watch has no end", "use -o jsonl")
	}
	for _, wrong := range [][]string{{"op", "list", "--watch", "--limit", "0"}, {"job", "list", "--watch", "-n", "0"},
		{"record", "list", "vehicle", "-w", "-n", "0"}, {"hook", "deliveries", "x", "-w", "-n", "0"}} {
		g.waybill(wrong...).ends(2, "give a number")
	}
}

func TestEachAttemptOfAnEventIsWrittenOnceWhileDeliveriesAreLookedAt(t *testing.T) {
	t.Parallel()
	g := running(t)
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	t.Cleanup(away.Close)
	id := g.waybill("hook", "create", away.URL, "resource_operation.created", "-o", "name").text()
	g.message("one")
	// The attempts of one event share its id.
	tried := func(out string) bool { return strings.Count(out, `"status_code":503`) >= 2 }
	next := "no event"
	then := func() {
		other := g.message("other")
		until(t, "its event is tried", func() bool {
			next = g.waybill("hook", "deliveries", id, "--operation", other, "--jq", ".[0].message_id // empty").out
			return next != ""
		})
	}
	again := func(out string) bool { return strings.Contains(out, strings.TrimSpace(next)) }
	lines := strings.Split(strings.TrimSpace(g.looks(false, "two attempts are listed", tried, then, again, "hook", "deliveries", id, "-w")), "\n")
	if slices.Sort(lines); len(slices.Compact(slices.Clone(lines))) != len(lines) {
		t.Errorf("an attempt was written twice: %q", lines)
	}
}
