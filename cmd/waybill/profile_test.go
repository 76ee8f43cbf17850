package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/app"
)

func TestWhoIsAskedForByProfileByVariablesOrNotAtAll(t *testing.T) {
	t.Parallel()
	g := running(t)
	g.waybill("whoami").ends(0, g.url+" (by WAYBILL_URL)", "Partner:", "demo", "telematics:write")
	if id := g.waybill("whoami", "-o", "name").text(); id != app.DemoClient {
		t.Error(id)
	}
	secret := g.env["WAYBILL_CLIENT_SECRET"]
	g.env["WAYBILL_CLIENT_SECRET"] = "guess"
	g.waybill("whoami").ends(4, `the client "demo" got no token`, "hint: ", "waybill client rotate")
	delete(g.env, "WAYBILL_CLIENT_SECRET")
	g.waybill("whoami").ends(2, "WAYBILL_URL is set, and the client is not")
	delete(g.env, "WAYBILL_URL")
	g.waybill("whoami").ends(2, "nothing says which Waybill is meant", "waybill profile add")
	g.in = "guess\n"
	add := []string{"profile", "add", "dev", "--url", g.url, "--client-id", app.DemoClient}
	g.waybill(add...).ends(4, "the profile was not kept", "--no-check")
	g.in = ""
	g.waybill(add...).ends(2, "the secret is missing")
	g.in = secret + "\n"
	g.waybill(add...).ends(0)
	g.waybill("profile", "add", "other", "--url", "http://127.0.0.1:1", "--client-id", "x").ends(1, "nothing listens there")
	g.waybill("profile", "add", "other", "--url", "http://127.0.0.1:1", "--client-id", "x", "--no-check").ends(0)
	g.waybill("whoami").ends(0, "by profile dev")
	g.waybill("whoami", "--profile", "other").ends(1, "nothing listens there")
	g.waybill("whoami", "--profile", "nosuch").ends(2, `"nosuch"`)
	if list := g.waybill("profile", "list").ends(0, "*        dev"); strings.Contains(list.out, secret) {
		t.Error(list.out)
	}
	g.waybill("profile", "use", "other").ends(0)
	if current := g.waybill("profile", "list", "--jq", ".[]|select(.current).name").text(); current != "other" {
		t.Error(current)
	}
	g.waybill("profile", "use", "nosuch").ends(3)
	g.waybill("profile", "remove", "other", "--yes").ends(0)
	g.waybill("whoami").ends(2, "nothing says which Waybill is meant")
}

func TestAnyRequestCanBeSentAndItsAnswerTellsTheExitCode(t *testing.T) {
	t.Parallel()
	g := running(t)
	var page struct{ Items []struct{ ID string } }
	if err := json.Unmarshal([]byte(g.waybill("api", "GET", "/v2/integrations/connections").ends(0).out), &page); err != nil ||
		len(page.Items) != 1 {
		t.Fatal(page, err)
	}
	if id := g.waybill("api", "get", "/v2/integrations/connections", "--jq", ".items[].id").text(); id != page.Items[0].ID {
		t.Error(id)
	}
	g.waybill("api", "GET", "/v2/nosuch").ends(3, "waybill: 404 Not Found: there is nothing at this path", `"code":404`)
	g.waybill("api", "GET", "/v2/telematics/vehicles?size=0&nosuch=1").ends(1, "size: must be an integer", "\n  nosuch: is not a parameter")
	g.waybill("api", "-i", "POST", "/v2/notifications/webhooks", "-H", "Content-Type: text/plain", "-d", "x").ends(1, "400 Bad Request\n", "Content-Type:")
	g.in = `{"url":"waybill:feed","event_name":"resource_operation.created"}`
	g.waybill("api", "POST", "/v2/notifications/webhooks", "-d", "@-", "--jq", ".url").ends(0, "waybill:feed\n")
	for _, args := range [][]string{{"api", "FETCH", "/"}, {"api", "GET", "v2"}, {"api", "GET", "/", "-H", "x"},
		{"api", "GET", "/", "--jq", ".["}, {"whoami", "-o", "xml"}} {
		g.waybill(args...).ends(2)
	}
	g.env["WAYBILL_TOKEN"] = "none"
	g.waybill("api", "GET", "/v2/integrations/connections").ends(4, "the token is not taken")
}
