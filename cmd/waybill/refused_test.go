package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestATokenThatIsRefusedIsNobodys(t *testing.T) {
	t.Parallel()
	g := running(t)
	ended := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"demo","exp":1,"scope":"telematics:write"}`))
	for _, token := range []string{"bad", "e30." + ended + ".e30"} {
		g.env["WAYBILL_TOKEN"] = token
		if said := g.waybill("whoami").ends(4, "the token is not taken"); strings.Contains(said.out, "demo") {
			t.Error(said.out)
		}
		if said := g.waybill("doctor").ends(4, "client    wrong", "the token is not taken"); strings.Contains(said.out, "as demo") {
			t.Error(said.out)
		}
	}
	g.env["WAYBILL_TOKEN"] = ""
	g.waybill("doctor").ends(0, "demo has a token that is taken")
}

func TestWhatWouldBeIgnoredOrChangedIsRefused(t *testing.T) {
	t.Parallel()
	g := running(t)
	id := g.ids.Vehicle.String()
	g.waybill("write", "vehicle", id, "--connection", "samsara", "--set", "vehicle_name=a\xffb").ends(2, `\xff`, "is no UTF-8")
	g.waybill("lane", "pause", g.ids.Connection.String(), "--reason", "a\xffb").ends(2, `\xff`, "is no UTF-8")
	g.waybill("operator", "create", "ada@acme.example", "--name", "\xff", "--role", "viewer").ends(2, "is no UTF-8")
	g.waybill("write", "vehicle", id, "--connection", "samsara", "--set", "connection_id=zz").ends(2, "are both given")
	g.waybill("write", "vehicle", id, "--connection", "samsara", "-s", "vehicle_name=a", "-s", "vehicle_name=b").ends(2, "given twice")
	for header, says := range map[string]string{"authorization: Bearer x": "set WAYBILL_TOKEN", "A: b\r\nC: d": "line break", "A b: c": "is no header",
		"Host: x": "cannot be set"} {
		g.waybill("api", "GET", "/v2/integrations/connections", "-H", header).ends(2, says)
	}
	for _, path := range []string{"/v2/%zz", "/v2/a b", "/v2/a#b"} {
		g.waybill("api", "GET", path).ends(2, "is no path")
	}
	g.waybill("tsp", "capabilities", "samsara", "--kind", "nokind").ends(2, "there are vehicle")
	g.waybill("tsp", "capabilities", "samsara", "--kind", "message", "--jq", "[.writes[].resource]|unique[]").ends(0, "message\n")
	if said := g.waybill("op", "list", "--status", "done").ends(2, `must be one of "pending"`); strings.Contains(said.err, `""`) {
		t.Error(said.err)
	}
	g.waybill("operator", "create", "a@b", "--role", "admin").ends(2, "--name is missing")
	g.waybill("operator", "create", "a@b", "--name", " ").ends(2, `--name: " " is no name`)
	for text, says := range map[string]string{"": "the input is empty", " \n": "the input is empty", `{"notes":"a","notes":"b"}`: "has the member notes twice",
		"[]": "holds no JSON object", "{": "is no JSON"} {
		g.in = text
		g.waybill("write", "vehicle", id, "--connection", "samsara", "-f", "-").ends(2, says)
	}
	g.in = ""
	if list := g.waybill("op", "list", "-o", "name").ends(0); list.out != "" {
		t.Error(list.out)
	}
}

func TestATokenWithoutTheAddressIsRefused(t *testing.T) {
	t.Parallel()
	g := &gateway{t: t, env: map[string]string{"XDG_CONFIG_HOME": t.TempDir(), "WAYBILL_TOKEN": "x"}}
	g.waybill("whoami").ends(2, "WAYBILL_TOKEN is set and WAYBILL_URL is not")
	g.waybill("whoami", "--profile", "none").ends(2, "none")
}

func TestProfilesThatOthersCanReadAreAFaultOfTheSettings(t *testing.T) {
	t.Parallel()
	g := &gateway{t: t, env: map[string]string{"XDG_CONFIG_HOME": t.TempDir()}}
	file := filepath.Join(g.env["XDG_CONFIG_HOME"], "waybill", "config.yaml")
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("profiles: {}\n"), 0o644); err != nil { //nolint:gosec // that is what is refused
		t.Fatal(err)
	}
	g.waybill("whoami").ends(2, "chmod 600")
	g.waybill("profile", "list").ends(2, "chmod 600")
}

func TestACancelIsNoAttemptAndHidesNone(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	id := g.rename("one")
	until(t, "it was tried", func() bool {
		return strings.Contains(g.waybill("op", "explain", id).out, "It waits (back_off)")
	})
	g.waybill("op", "retry", "--tsp", "samsara", "--dry-run", "-o", "name").ends(0, "retry: 0 operations match; nothing was done")
	// Another attempt may be under way at that moment.
	until(t, "it is cancelled", func() bool { return g.waybill("op", "cancel", id, "--yes").code == 0 })
	said := g.waybill("op", "explain", id).ends(0, "It was cancelled, and nothing of it was applied", "Attempts: ",
		"nothing of it was applied by the attempts before")
	tries := g.waybill("op", "get", id, "--jq", `[.logs[]|select(.error_type)]|length`).text()
	if !strings.Contains(said.out, "Attempts: "+tries+".") || tries == "0" {
		t.Errorf("there were %s: %s", tries, said.out)
	}
	if said := g.waybill("op", "retry", "--tsp", "samsara", "--since", "1h", "--dry-run", "-o", "name"); said.out != "" {
		t.Errorf("a job that was not made is named %q", said.out)
	}
	if said := g.waybill("op", "retry", id, "--dry-run", "-o", "name").ends(0, "there is no id"); said.out != "" {
		t.Errorf("a write that was not made is named %q", said.out)
	}
	g.waybill("op", "retry", id, "--file", os.DevNull).ends(2, "is empty")
}

func TestWhatHappenedBeforeAFeedWasIsSaidNotToBeInIt(t *testing.T) {
	t.Parallel()
	g := running(t)
	out, end := g.follow("tail", "--since", "10m")
	until(t, "it says why nothing is shown", func() bool {
		return strings.Contains(out.String(), "the feed was not subscribed to resource_operation.") &&
			strings.Contains(out.String(), "--since cannot show it")
	})
	if code := end(); code != 130 {
		t.Errorf("%d %s", code, out)
	}
}
