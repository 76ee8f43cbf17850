package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAnybodyMayReadWhatTSPsCanDo(t *testing.T) {
	t.Parallel()
	h := open(t)
	samsara := tsp.Name("samsara").ID().String()
	all := h.by("", "GET", "/v2/integrations/tsps", "")
	items := all.value("items").([]any)
	one := items[0].(map[string]any)
	if all.status != http.StatusOK || len(items) != 1 || one["tsp_id"] != samsara ||
		one["share_levels"].(map[string]any)["message"] != "read_write" {
		t.Fatalf("%d %s", all.status, all.text)
	}
	sum := one["implemented_count"].(float64) + one["not_implemented_count"].(float64) +
		one["not_supported_count"].(float64)
	if n := len(one["integrations"].(map[string]any)); n != 31 || sum != 31 {
		t.Errorf("%d kinds, counted %v", n, sum)
	}
	if one["integrations"].(map[string]any)["ifta_summary"] != "not_implemented" {
		t.Errorf("%v", one)
	}
	for _, c := range []struct {
		path   string
		status int
		says   string
	}{
		{"/v2/integrations/tsps/" + samsara, 200, `"message":"implemented"`},
		{"/v2/integrations/tsps/" + samsara, 200, `"vehicle":{"create":"partial","update":"partial"}`},
		{"/v2/integrations/tsps/" + uuid.NewString(), 404, "no TSP"},
		{"/v2/integrations/tsps?cursor=x", 422, "cursor"},
		{"/v2/integrations/tsps?size=0", 422, "size"},
		{"/v2/orgs/tsps", 200, `"slug":"samsara"`},
		{"/v2/orgs/tsps?slug=samsara&source_name=samsara", 200, `"name":"Samsara"`},
		{"/v2/orgs/tsps?slug=nobody", 200, `[]`},
		{"/v2/orgs/tsps?source_name=nobody", 422, "source_name"},
		{"/v2/orgs/tsps/" + samsara, 200, `"status":"active"`},
		{"/v2/orgs/tsps/x", 422, "UUID"},
		{"/v2/integrations/tsps/" + samsara + "/capabilities", 200, `"maxLength":2500`},
		{"/v2/integrations/tsps/" + uuid.NewString() + "/capabilities", 404, "no TSP"},
	} {
		if a := h.by("", "GET", c.path, ""); a.status != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: %d %s", c.path, a.status, a.text)
		}
	}
}

func TestAConnectionsCapabilitiesFollowItsGrantAndStatus(t *testing.T) {
	t.Parallel()
	h := open(t)
	fleet := h.asFleet()
	path := "/v2/integrations/connections/" + h.ids.Connection.String() + "/capabilities"
	write := func(a answer, kind, verb string) map[string]any {
		t.Helper()
		if a.field("connection_id") != h.ids.Connection.String() {
			t.Fatalf("%d %s", a.status, a.text)
		}
		for _, w := range a.value("writes").([]any) {
			if one := w.(map[string]any); one["resource"] == kind && one["operation_type"] == verb {
				return one
			}
		}
		t.Fatalf("no %s of %s", verb, kind)
		return nil
	}
	if w := write(h.do("GET", path, ""), "message", "create"); w["available"] != true || w["reason"] != nil ||
		w["idempotency"] != "verify_first" {
		t.Errorf("%v", w)
	}
	h.regrantLevel("message", "read")
	if w := write(h.do("GET", path, ""), "message", "create"); w["available"] != false ||
		!strings.Contains(fmt.Sprint(w["reason"]), "read_write for message") {
		t.Errorf("%v", w)
	}
	if w := write(h.by(fleet, "GET", path, ""), "message", "create"); w["available"] != true {
		t.Errorf("the fleet sees %v", w)
	}
	other, _ := h.partner("Other")
	if a := h.by(other, "GET", path, ""); a.status != http.StatusNotFound {
		t.Errorf("a foreign connection answers %d %s", a.status, a.text)
	}
	h.by(fleet, "PATCH", strings.TrimSuffix(path, "/capabilities"), `{"status":"paused"}`)
	if w := write(h.do("GET", path, ""), "vehicle", "update"); w["available"] != false ||
		!strings.Contains(fmt.Sprint(w["reason"]), "paused") {
		t.Errorf("%v", w)
	}
}
