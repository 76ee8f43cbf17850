package main

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestTheShellCompletesCommandsFlagsAndValues(t *testing.T) {
	t.Parallel()
	g := &gateway{t: t, env: map[string]string{"HOME": t.TempDir(), "XDG_CONFIG_HOME": t.TempDir()}}
	lines := map[string]string{
		"waybill o":                       "operator op",
		"waybill op exp":                  "explain",
		"waybill op list --sta":           "--status",
		"waybill op list --status f":      "failed",
		"waybill op list -o js":           "json jsonl",
		"waybill op list --tsp x -o y":    "yaml",
		"waybill write fuel":              "fuel-transaction",
		"waybill completion f":            "fish",
		"waybill sim fault samsara --met": "--method",
		"waybill client rot":              "rotate",
	}
	for line, want := range lines {
		words := strings.Fields(line)
		out, err := g.shell("source <(waybill completion bash); COMP_WORDS=(" + line + "); COMP_CWORD=" +
			string(rune('0'+len(words)-1)) + "; _waybill; echo \"${COMPREPLY[*]}\"")
		if err != nil || strings.TrimSpace(out) != want {
			t.Errorf("%q is completed by %q, not %q: %v", line, out, want, err)
		}
	}
	for _, shell := range []string{"zsh", "fish"} {
		g.waybill("completion", shell).ends(0, "complete ", "explain", "jsonl")
	}
	script := g.waybill("completion", "powershell").ends(0, "Register-ArgumentCompleter", "'op list|--status' = @('pending', 'success', 'failed')", "'explain'", "'jsonl'").out
	// Keys of its tables are compared without case, and one that is there twice is an error.
	seen := map[string]bool{}
	for line := range strings.Lines(script) {
		if key, _, is := strings.Cut(strings.ToLower(line), " = @("); is {
			if seen[key] {
				t.Errorf("the script for PowerShell has %s twice", key)
			}
			seen[key] = true
		}
	}
	if _, err := exec.LookPath("pwsh"); err != nil {
		t.Log("NOT CHECKED: there is no PowerShell")
	} else {
		completedByPowerShell(t, script, lines)
	}
	g.waybill("completion", "tcsh").ends(2)
}

// completedByPowerShell asks PowerShell how it completes lines.
func completedByPowerShell(t *testing.T, script string, lines map[string]string) {
	t.Helper()
	for line, want := range lines {
		asks := script + "\n(TabExpansion2 '" + line + "' " + strconv.Itoa(len(line)) + ").CompletionMatches.CompletionText -join ' '"
		out, err := exec.CommandContext(t.Context(), "pwsh", "-NoProfile", "-Command", asks).Output()
		if err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("PowerShell completes %q by %q, not %q: %v", line, out, want, err)
		}
	}
}

func TestASimulatorIsMadeToMisbehave(t *testing.T) {
	t.Parallel()
	g := running(t)
	fault := func(args ...string) said {
		return g.waybill(append([]string{"sim", "fault", "samsara", "--at", g.sim}, args...)...)
	}
	fault().ends(0, `{"items":[]}`)
	fault("status", "--status", "503", "--method", "patch", "--times", "2").ends(0, `"status":503`)
	fault("delay", "--delay", "2s", "--path", "/x").ends(0, `"delay_ms":2000`)
	fault().ends(0, `"method":"PATCH"`, `"times":2`, `"path_prefix":"/x"`)
	fault("nosuch").ends(2, `unknown fault`)
	fault("drop", "--clear").ends(2, "takes no fault beside")
	fault("--clear").ends(0)
	fault().ends(0, `{"items":[]}`)
	g.waybill("sim", "fault", "nosuch").ends(2, "there is no simulator of nosuch")
	g.waybill("sim", "fault", "samsara", "--at", "http://127.0.0.1:1").ends(1, "no simulator of samsara answers", "waybill dev starts all")
	told := simFaultCommand{}.Help()
	for _, kind := range []simkit.FaultKind{simkit.FaultStatus, simkit.FaultDelay, simkit.FaultHang, simkit.FaultDrop,
		simkit.FaultApplyThenDrop, simkit.FaultMalformed, simkit.FaultThrottle, simkit.FaultExpireSession, simkit.FaultLate} {
		if !slices.Contains(strings.FieldsFunc(told, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '.' }), string(kind)) {
			t.Errorf("the help does not name %s", kind)
		}
	}
}

func TestEachStepFromHereToTheTSPIsLookedAt(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.waybill("doctor").ends(0, "settings     ok", "service      ok", "clock        ok", "client       ok      demo has a token that is taken",
		"connections  ok      1 of 1 are active", "operations   ok      none waits", "failures     ok", "webhooks     ok")
	g.fault("POST", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
	g.waybill("op", "watch", g.message("one")).ends(5)
	g.waybill("conn", "pause", "samsara", "--yes").ends(0)
	g.waybill("doctor").ends(0, "warning  1 failed within a day", "is paused", "warning  0 of 1 are active")
	g.waybill("doctor", "--jq", `.[]|select(.check=="service").result`).ends(0, "ok\n")
	g.env["WAYBILL_CLIENT_SECRET"] = "guess"
	g.waybill("doctor").ends(4, "client    wrong", "waybill client rotate")
	g.env["WAYBILL_URL"] = "http://127.0.0.1:1"
	g.waybill("doctor").ends(1, "service   wrong", "nothing listens there")
	delete(g.env, "WAYBILL_URL")
	g.waybill("doctor").ends(1, "settings  wrong", "waybill profile add")
}
