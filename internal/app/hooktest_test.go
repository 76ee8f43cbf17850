package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestAReceiverIsTestedAsThePageSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	found, err := h.db.Subscriptions(t.Context(), webhook.SubscriptionQuery{Partner: demo.ID("partner"), Window: page.Window{Limit: 1}})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	one := "/v2/notifications/webhooks/" + found[0].ID.String()
	says(t, h.commandsOf("webhooks.md", 1, "HOOK="+found[0].ID.String()), []string{`"outcome":"delivered"`, `"status_code":202`, `"event_name":"webhook.test"`, `"problem":null`})
	if a := h.do("POST", one+"/test", ""); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("at once again: %d %s", a.status, a.text)
	}
	if a := h.do("GET", one+"/logs", ""); !strings.Contains(a.text, `"items":[]`) {
		t.Errorf("logged %s", a.text)
	}
	if a := h.do("POST", one+"/test", `{"x":1}`); a.status != http.StatusUnprocessableEntity && a.status != http.StatusBadRequest {
		t.Errorf("with a body: %d %s", a.status, a.text)
	}
	noted := false
	err = app.EachEntry(t.Context(), h.config, 0, func(e audit.Entry) error {
		noted = noted || e.Action == "tested" && e.Object == "webhook:"+found[0].ID.String() && strings.HasPrefix(e.Name, "client:")
		return nil
	})
	if err != nil || !noted {
		t.Error("it is not in the audit log")
	}
}
