package main

import (
	"strings"
	"testing"
)

func TestARetryIsVerifiedAndStrictAsItsFlagsAndItsOriginalSay(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":400,"times":2}`)
	renames := func(name string) string {
		return strings.TrimSpace(g.waybill("write", "vehicle", g.ids.Vehicle.String(), "--connection", "samsara", "--set", "vehicle_name="+name,
			"--verify", "--wait", "20s", "--jq", ".id").ends(5).out)
	}
	first, second := renames("one"), renames("two")
	g.waybill("op", "retry", first, "--dry-run", "--jq", ".preview.requests[].purpose").ends(0, "read_back")
	g.waybill("op", "retry", first, "--wait", "20s", "--jq", ".verification != null").ends(0, "true")
	g.waybill("op", "retry", second, "--no-verify", "--verify").ends(2, "--no-verify", "--verify")
	again := g.waybill("op", "retry", second, "--yes", "--no-verify", "--wait", "20s", "--jq", ".id").text()
	g.waybill("op", "get", again, "--jq", ".verification").ends(0, "null")

	g.fault("POST", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
	note := strings.TrimSpace(g.waybill("write", "message", "--connection", "samsara", "-s", "sender_id="+g.ids.Sender.String(),
		"-s", "recipient_id="+g.ids.Recipient.String(), "-s", "message_text=x", "-s", "priority=high", "--wait", "20s", "--jq", ".id").ends(5).out)
	g.waybill("op", "retry", note, "--strict").ends(1, "422", "priority")
	g.waybill("op", "retry", "--kind", "message", "--since", "1h", "--strict").ends(2, "--strict")
	g.waybill("op", "retry", note, "--wait", "20s").ends(0, "success")
}
