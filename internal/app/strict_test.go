package app_test

import (
	"net/http"
	"strings"
	"testing"

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
	if _, err := h.operator().SetStrict(t.Context(), app.DemoClient, true); err != nil {
		t.Fatal(err)
	}
	h.token = h.tokenFor(app.DemoClient, app.DemoSecret, "organization")
	h.strict, h.hooks.strict = true, true
	for path, extra := range walk {
		if a := h.do("GET", path, ""); a.status != http.StatusOK || strings.Contains(a.text, extra) {
			t.Errorf("%s, strict: %d %s", path, a.status, a.text)
		}
	}
	h.subscribe("share_agreement.*")
	fleet := h.asFleet()
	if a := h.by(fleet, "POST", agreements+"/"+strings.TrimPrefix(h.list(agreements).ids()[0], "/")+"/pause", ""); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	h.events(1)
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	if body := string(h.hooks.got[0].body); strings.Contains(body, `"created_at"`) || !strings.Contains(body, `"fleet_ref"`) {
		t.Error(body)
	}
}
