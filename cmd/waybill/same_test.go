package main

import (
	"html"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/app"
)

// shown returns what the console's page of an operation offers for a shell.
func (g *gateway) shown(id, word string) string {
	g.t.Helper()
	found := regexp.MustCompile(`(?s)<pre [^>]*aria-label="` + word + `">(.*?)</pre>`).FindStringSubmatch(g.consoleOf(id))
	if found == nil {
		g.t.Fatalf("the page of %s does not offer %q", id, word)
	}
	return html.UnescapeString(found[1])
}

// pasted runs a text as a person does who pastes it, as the demo's client.
func (g *gateway) pasted(text string) string {
	g.t.Helper()
	out, err := g.shell(text, "WAYBILL="+g.url, "WAYBILL_URL="+g.url, "WAYBILL_CLIENT_ID="+app.DemoClient, "WAYBILL_CLIENT_SECRET="+app.DemoSecret)
	if err != nil {
		g.t.Fatalf("%s: %v, %s", text, err, out)
	}
	return out
}

// anID is that of an operation as answers and commands print it.
var anID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

func TestWhatTheConsoleOffersForAShellMakesTheSameWrite(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("NOT CHECKED: there is no curl")
	}
	g := running(t)
	token := `TOKEN=$(curl -sS "$WAYBILL/realms/waybill/protocol/openid-connect/token" -d grant_type=client_credentials ` +
		`-d client_id="$WAYBILL_CLIENT_ID" -d client_secret="$WAYBILL_CLIENT_SECRET" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')` + "\n"
	payload := func(id string) string {
		return g.waybill("op", "get", id, "-o", "json", "--jq", `[.resource, .operation_type, (if .operation_type == "update" then .resource_id else "" end), .payload]`).text()
	}
	for _, first := range []string{g.rename(`Truck "42" isn't $HOME`), g.message("It's `here`, \\o/ 'END'\nEND\n$(date)")} {
		g.waybill("op", "watch", first).ends(0)
		want := payload(first)
		for _, word := range []string{"Copy as curl", "Copy as command"} {
			again := anID.FindString(g.pasted(strings.Replace(token, "TOKEN", "export TOKEN", 1) + strings.Replace(g.shown(first, word), "curl ", "curl -sS ", 1)))
			if again == "" {
				t.Fatalf("%s made nothing", word)
			}
			g.waybill("op", "watch", again).ends(0)
			if got := payload(again); again == first || got != want {
				t.Errorf("%s: %s is %s, not %s", word, again, got, want)
			}
		}
	}
	g.fault("POST", `{"match":{"method":"PATCH"},"fault":"status","status":400}`)
	failed := g.rename("Truck 43")
	g.waybill("op", "watch", failed).ends(5)
	g.fault("DELETE", "")
	retry := anID.FindString(g.pasted(g.shown(failed, "Copy the retry")))
	if of := g.waybill("op", "get", retry, "-o", "json", "--jq", ".retry_of").text(); of != failed {
		t.Errorf("%s retries %q", retry, of)
	}
}
