package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"
	"testing"
)

// rename submits an update of the demo's vehicle and returns the operation.
func (g *gateway) rename(name string) string {
	g.t.Helper()
	return g.waybill("api", "PATCH", "/v2/telematics/vehicles/"+g.ids.Vehicle.String(), "--jq", ".id", "-d",
		fmt.Sprintf(`{"connection_id":"%s","vehicle_name":%q}`, g.ids.Connection, name)).text()
}

// message submits a message and returns the operation.
func (g *gateway) message(text string) string {
	g.t.Helper()
	return g.waybill("api", "POST", "/v2/telematics/messages", "--jq", ".id", "-d",
		fmt.Sprintf(`{"connection_id":"%s","sender_id":"%s","recipient_id":"%s","message_text":%q}`, g.ids.Connection,
			g.ids.Sender, g.ids.Recipient, text)).text()
}

// lose submits a sync create of a vehicle of which nobody knows whether the TSP has it, and returns the operation.
func (g *gateway) lose() string {
	g.t.Helper()
	g.waybill("api", "PATCH", "/v2/integrations/connections/"+g.ids.Connection.String(), "-d", `{"settings":{"asset_route":"beta"}}`).ends(0)
	g.fault("POST", `{"match":{"method":"POST"},"fault":"apply_then_drop","times":1}`)
	g.fault("POST", `{"match":{"method":"GET"},"fault":"status","status":503}`)
	g.waybill("write", "vehicle", "--connection", "samsara", "-s", "vehicle_name=Lost", "--sync").ends(6, "unknown", "says what can be done")
	g.fault("DELETE", "")
	return g.waybill("op", "list", "--kind", "vehicle", "--verb", "create", "-n", "1", "-o", "name").text()
}

func TestAWriteThatWaitsIsFoundExplainedAndCancelled(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	first := g.rename("one")
	until(t, "it is to be tried again", func() bool {
		out := g.waybill("op", "explain", first).out
		return strings.Contains(out, "It waits (back_off)") && strings.Contains(out, "waybill op try "+first)
	})
	second := g.rename("two")
	g.waybill("op", "list", "--status", "pending", "--since", "1h").ends(0, "STATUS", first, second, "update vehicle", "503 Service Unavailable")
	g.waybill("op", "list", "--reason", "behind", "-o", "name").ends(0, second+"\n")
	g.waybill("op", "list", "--kind", "fuel-transaction").ends(0, "none; without --since")
	g.waybill("op", "list", "--kind", "lorry").ends(1, "422", "resource: ")
	g.waybill("op", "list", "--since", "yesterday").ends(2, "give how long ago, such as 90s, 2h or 7d")
	g.waybill("op", "explain", second).ends(0, "It waits (behind)", "the end of "+first+", of which this is to be said:",
		"\n\n"+first+": update vehicle at samsara", "503 Service Unavailable", "waybill op cancel "+first)
	g.waybill("op", "get", first).ends(0, "Status:        pending", "Attempts:\n 1  ", "503 Service Unavailable")
	g.waybill("op", "get", first, "--exchanges").ends(0, `"method": "PATCH"`, `"Authorization": "*****"`)
	g.waybill("op", "get", first, "-o", "name", "--connection", g.ids.Connection.String()).ends(0, first+"\n")
	g.waybill("op", "get", strings.Replace(first, "0", "1", 1)).ends(3, "none of your operations")
	g.waybill("op", "get", first[:8]).ends(2, "is no id of an operation")
	g.waybill("op", "watch", first, "--timeout", "1ms").ends(1, "not all have ended within 1ms")

	g.waybill("op", "try", second).ends(1, "409", "that is operation "+first)
	g.waybill("op", "try", first[:8]).ends(2, "is no id of an operation")
	g.waybill("op", "try").ends(2, "<id>")
	g.triesAtOnce(first)

	g.waybill("op", "cancel").ends(2, "nothing is named")
	g.waybill("op", "cancel", first, "--kind", "vehicle").ends(2, "ids and filters are both given")
	g.waybill("op", "cancel", "--kind", "vehicle").ends(2, "nobody can be asked here whether to cancel 2 operations; --yes")
	g.waybill("op", "cancel", "--kind", "vehicle", "--dry-run").ends(0, "cancel: 2 operations match; nothing was done")
	g.asks, g.in = true, "n\n"
	g.waybill("op", "cancel", "--kind", "vehicle").ends(1, "cancel 2 operations? [y/N]", "nothing was done")
	g.asks, g.in = false, ""
	g.waybill("op", "cancel", second, "--yes").ends(0, second+"  failed (cancelled)")
	g.waybill("op", "watch", second).ends(5, second+"  failed")
	g.waybill("op", "explain", second).ends(0, "It was cancelled, and nothing of it was sent", "waybill op retry "+second)
	g.waybill("conn", "pause", "samsara", "--yes").ends(0, "paused")
	if said := g.waybill("op", "explain", second).ends(0, "A retry would be refused now: its connection is paused; first waybill conn activate "); strings.Contains(said.out, "op retry") {
		t.Error(said.out)
	}
	g.waybill("op", "try", second).ends(1, "409", "a retry of it as it is would be refused now: the connection is paused")
	g.waybill("conn", "activate", "samsara").ends(0, "active")
	g.asks, g.in = true, "y\n"
	g.waybill("op", "cancel", "--kind", "vehicle").ends(0, "1 matched, 1 done, 0 refused")
	g.waybill("op", "cancel", "--kind", "vehicle").ends(0, "nothing matches, and nothing was done")
}

func TestOfALookThatWasToldToWaitNoTryIsNamed(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"POST"},"fault":"apply_then_drop","times":1}`)
	g.fault("POST", `{"match":{"method":"GET"},"fault":"status","status":503,"retry_after":"60"}`)
	id := g.message("taken")
	until(t, "the TSP has asked for a minute", func() bool {
		return strings.Contains(g.waybill("op", "explain", id).out, "It waits (retry_after)")
	})
	said := g.waybill("op", "explain", id).ends(0, "What helps: waiting\n")
	if strings.Contains(said.out, "op try") || strings.Contains(said.out, "op cancel") {
		t.Error(said.out)
	}
	g.waybill("op", "try", id).ends(1, "409", "asked to be left alone until then; that is 2")
	g.waybill("op", "cancel", id, "--yes").ends(1, "409", "is being found out")
	g.waybill("op", "list", "--reason", "retry_after", "-o", "name").ends(0, id+"\n")
	g.waybill("op", "get", id, "--jq", "[.progress.state,.progress.can_be_tried]").ends(0, `["unknown",false]`)
}

// triesAtOnce has an operation tried that waits for its next attempt, as often as it takes to meet it while it does.
func (g *gateway) triesAtOnce(id string) {
	g.t.Helper()
	until(g.t, "it is tried at once", func() bool {
		var out bytes.Buffer
		return run(g.session(g.t.Context(), &out, &out), []string{"op", "try", id}) == 0 && strings.HasPrefix(out.String(), id+"  pending: ")
	})
}

func TestAWriteThatFailedIsSentAgainAsItWasCorrectedOrWithOthers(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"POST"},"fault":"status","status":400,"times":3}`)
	ids := []string{g.message("one"), g.message("two"), g.message("three")}
	g.waybill(append([]string{"op", "watch"}, ids...)...).ends(5, "400 ")
	g.waybill("op", "retry", ids[0], "--dry-run").ends(0, "POST "+g.sim+"/v1/fleet/messages", `"text":"one"`, "nothing was stored or sent")
	again := g.waybill("op", "retry", ids[0], "--wait", "20s", "--jq", ".id").text()
	g.waybill("op", "explain", ids[0]).ends(0, "It was retried: waybill op explain "+again)
	g.waybill("op", "retry", ids[0]).ends(0, "this was sent before with the same key", again)
	g.env["EDITOR"] = "sed -i s/two/deux/"
	g.waybill("op", "retry", ids[1], "--edit", "--wait", "20s").ends(0, "success")
	for editor, says := range map[string]string{"sed -i s/message_text/nosuch/": "422", "sed -i s/{/[/": "is no JSON"} {
		g.env["EDITOR"] = editor
		kept := g.waybill("op", "retry", ids[2], "--edit").ends(1, says, "what you have edited is kept: waybill op retry "+ids[2]+" --file ")
		_, name, _ := strings.Cut(strings.Split(kept.err, "\n")[0], "--file ")
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
	g.env["EDITOR"] = "true"
	g.waybill("op", "retry", ids[2], "--edit").ends(1, "nothing was changed, and nothing was sent")
	g.env["EDITOR"] = "false"
	g.waybill("op", "retry", ids[2], "--edit").ends(1, "nothing was sent")
	g.waybill("op", "retry", ids[1], ids[2], "--edit").ends(2, "is for one operation")
	g.waybill("op", "retry", "--since", "1h", "--yes", "--jq", "[.done,.refused]").ends(0, "[1,2]\n")
	g.waybill("op", "list", "--status", "failed", "-o", "jsonl", "--jq", ".retried_by|type").ends(0, "string\nstring\nstring\n")
	g.waybill("op", "retry", ids[0], again, "--idempotency-key", "k").ends(1, "409", "2 of 2 went wrong")
}

func TestARetryThatWouldWriteOverWhatWasWrittenSinceAsksFirst(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":400,"times":1}`)
	old := g.rename("old")
	g.waybill("op", "watch", old).ends(5)
	vehicle := g.ids.Vehicle.String()
	notes := []string{"write", "vehicle", vehicle, "--connection", "samsara", "-s", "notes=x", "--wait", "20s"}
	g.waybill(notes...).ends(0, "success")
	newer := g.rename("new")
	g.waybill("op", "watch", newer).ends(0)
	g.waybill("op", "retry", old).ends(2, "nobody can be asked here whether to write over vehicle_name, which "+newer+" has written since")
	g.asks, g.in = true, "n"
	g.waybill("op", "retry", old).ends(1, "nothing was done")
	g.asks, g.in = false, ""
	g.waybill("op", "retry", old, "--dry-run").ends(1, "operation "+newer+" has written vehicle_name since", "--overwrite")
	g.waybill("op", "retry", old, "--dry-run", "--overwrite").ends(0, `{"name":"old"}`)
	many := []string{"op", "retry", "--kind", "vehicle", "--since", "1h", "--yes"}
	g.waybill(append(many, "--jq", "[.done,.refusals[].reason]")...).ends(1, `[0,"would_overwrite"]`)
	g.in = `{"connection_id":"` + g.ids.Connection.String() + `","vehicle_name":"older"}`
	g.waybill("op", "retry", old, "--file", "-").ends(2, "write over vehicle_name, which "+newer)
	g.waybill(append(many, "--overwrite", "--jq", "[.done,.refused,.overwrite]")...).ends(0, "[1,0,true]")
}

func TestAnOutcomeThatNobodyKnowsIsToldAndResolved(t *testing.T) {
	t.Parallel()
	g := running(t)
	id := g.lose()
	g.waybill("op", "watch", id).ends(6, "unknown")
	g.waybill("op", "explain", id).ends(0, "Nobody knows whether samsara has taken it", "waybill op resolve "+id+" --applied --source-id ")
	g.waybill("op", "list", "--status", "failed").ends(0, "unknown")
	strict := *g
	strict.env = maps.Clone(g.env)
	strict.env["WAYBILL_CLIENT_ID"], strict.env["WAYBILL_CLIENT_SECRET"] = g.strict()
	strict.waybill("op", "watch", id).ends(6, "unknown")
	strict.waybill("op", "explain", id).ends(0, "Nobody knows whether samsara has taken it")
	g.waybill("op", "resolve", id).ends(2)
	g.waybill("op", "resolve", id, "--applied").ends(1, "source_id")
	g.waybill("op", "resolve", id, "--applied", "--source-id", "nosuch").ends(1, "422")
}

func TestAStrictClientIsNotToldThatWhatWaitsHasFailed(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	id := g.rename("one")
	g.env["WAYBILL_CLIENT_ID"], g.env["WAYBILL_CLIENT_SECRET"] = g.strict()
	g.waybill("op", "explain", id).ends(0, "It has not ended. Why it waits is not told to this client")
	g.waybill("op", "list", "--status", "pending").ends(0, id, "pending")
	g.waybill("op", "watch", id, "--timeout", "1ms").ends(1, "not all have ended")
}

func TestWhatIsWatchedAndInterruptedGoesOn(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	id := g.rename("one")
	ctx, cancel := context.WithCancel(t.Context())
	out, errs, ended := &lately{}, &bytes.Buffer{}, make(chan int, 1)
	go func() { ended <- run(g.session(ctx, out, errs), []string{"op", "watch", id}) }()
	until(t, "it says that it waits", func() bool { return strings.Contains(out.String(), "back_off") })
	cancel()
	if code := <-ended; code != 130 || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("%d: %s", code, errs)
	}
}

func TestAllThatIsPendingIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.waybill("op", "watch", "--kind", "message").ends(0, "nothing that is pending matches")
	g.waybill("op", "watch").ends(2, "nothing is named")
	g.fault("POST", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	const many = 12
	for n := range many {
		g.message(fmt.Sprint("no ", n))
	}
	becomes := func(status string) {
		g.waybill("api", "PATCH", "/v2/integrations/connections/"+g.ids.Connection.String(), "-d", `{"status":"`+status+`"}`).ends(0)
	}
	// None of them ends before it is watched.
	becomes("paused")
	g.fault("DELETE", "")
	g.fault("POST", `{"match":{"method":"POST","body":"no 7"},"fault":"status","status":400}`)
	out, ended := &lately{}, make(chan int, 1)
	s := g.session(t.Context(), out, out)
	go func() {
		ended <- run(s, []string{"op", "watch", "--tsp", "samsara", "--kind", "message", "--since", "1h", "--timeout", "2m"})
	}()
	until(t, "all are watched", func() bool { return strings.Count(out.String(), "  pending") >= many })
	becomes("active")
	if code := <-ended; code != 5 || strings.Count(out.String(), "  success") != many-1 || !strings.Contains(out.String(), "400 ") {
		t.Errorf("it ends with %d:\n%s", code, out)
	}
}

func TestAQuestionThatIsInterruptedIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	g.rename("one")
	ctx, cancel := context.WithCancel(t.Context())
	out := &lately{}
	s := g.session(ctx, out, out)
	in, typing := io.Pipe()
	t.Cleanup(func() { _ = typing.Close() })
	s.In, s.Asks = in, true
	ended := make(chan int, 1)
	go func() { ended <- run(s, []string{"op", "cancel", "--kind", "vehicle"}) }()
	until(t, "it asks", func() bool { return strings.Contains(out.String(), "[y/N]") })
	cancel()
	if code := <-ended; code != 130 {
		t.Errorf("%d: %s", code, out)
	}
	g.waybill("op", "list", "--status", "pending", "--jq", "length").ends(0, "1\n")
}

func TestTextsOfATSPDoNotCommandATerminal(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1,"body":"\u001b]0;owned\u0007 \u009b2J \u202egood\r\nwaybill: done"}`)
	id := g.message("one")
	g.waybill("op", "watch", id).ends(5)
	for _, args := range [][]string{{"op", "list"}, {"op", "get", id}, {"op", "get", id, "--exchanges"}, {"op", "explain", id}, {"op", "watch", id}, {"op", "get", id, "-o", "json"},
		{"op", "get", id, "-o", "yaml"}, {"op", "list", "-o", "jsonl"}, {"op", "get", id, "--jq", ".logs[].error_details"}} {
		out := &bytes.Buffer{}
		s := g.session(t.Context(), out, out)
		s.Shows, s.Getenv = true, func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] + g.env[name] }
		run(s, args)
		if text := out.String(); !strings.Contains(text, "owned") || strings.ContainsAny(text, "\x1b\x07\u009b\u202e\r") {
			t.Errorf("waybill %v writes %q", args, text)
		}
	}
}

func TestWhatIsDoneToManyIsListedFollowedAndStopped(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
	g.waybill("op", "watch", g.message("one")).ends(5)
	id := g.waybill("op", "retry", "--kind", "message", "--since", "1h", "--yes", "-o", "name").text()
	g.waybill("job", "list").ends(0, "ACTION", id, "retry   finished", `"resource":"message"`)
	g.waybill("job", "watch", id).ends(0, "is finished: 1 matched, 1 done, 0 refused")
	g.waybill("job", "stop", id, "--yes").ends(0, "job "+id+" is finished: 1 done, 0 left")
	g.waybill("job", "list", "--dead-letters", "-o", "json").ends(0, "[]\n")
	g.waybill("job", "watch", g.ids.Connection.String()).ends(3, "404")
}
