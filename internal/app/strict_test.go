package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
)

func TestAStrictClientGetsNothingBesideTheContract(t *testing.T) {
	t.Parallel()
	h := open(t)
	walk := map[string]string{
		connections: `"settings":`, connections + "/" + h.ids.Connection.String(): `"problem":`,
		connections + "/data-freshness": `"problem":`, agreements: `"created_at":`,
		"/v2/notifications/webhooks": `"encoding":`,
	}
	for path, extra := range walk {
		if a := h.do("GET", path, ""); a.status != http.StatusOK || !strings.Contains(a.text, extra) {
			t.Errorf("%s: %d %s", path, a.status, a.text)
		}
	}
	demo, err := h.operator().Client(t.Context(), app.DemoClient)
	if err != nil {
		t.Fatal(err)
	}
	order := access.ClientOrder{ID: "strict", Owner: demo.Partner.Name, Strict: true}
	secret, err := h.operator().CreateClient(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	h.token = h.tokenFor("strict", secret, "organization")
	h.strict, h.hooks.strict = true, true
	for path, extra := range walk {
		if a := h.do("GET", path, ""); a.status != http.StatusOK || strings.Contains(a.text, extra) {
			t.Errorf("%s, strict: %d %s", path, a.status, a.text)
		}
	}
	h.subscribe("share_agreement.*")
	fed := `{"url":"waybill:feed","event_name":"share_agreement.*"}`
	if a := h.do("POST", "/v2/notifications/webhooks", fed); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	fleet := h.asFleet()
	if a := h.by(fleet, "POST", agreements+"/"+strings.TrimPrefix(h.list(agreements).ids()[0], "/")+"/pause",
		""); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	h.events(1)
	read := h.do("GET", events+"?wait=20", "").text
	if strings.Contains(read, `"created_at"`) || strings.Contains(read, `"sequence"`) ||
		!strings.Contains(read, `"fleet_ref"`) {
		t.Errorf("read: %s", read)
	}
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	if body := string(h.hooks.got[0].body); strings.Contains(body, `"created_at"`) ||
		!strings.Contains(body, `"fleet_ref"`) {
		t.Error(body)
	}
}
