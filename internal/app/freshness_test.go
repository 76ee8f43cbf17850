package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/demo"
)

func TestDataFreshnessHasAnEntryForEachKindThatIsImportedOrWritten(t *testing.T) {
	t.Parallel()
	h := open(t)
	got := map[string]map[string]any{}
	for _, f := range h.freshness("fleet_refs", demo.FleetRef) {
		got[f["resource"].(string)] = f
	}
	for _, kind := range []string{"vehicle", "user", "trailer", "message", "dvir_log"} {
		if f := got[kind]; f == nil || f["schedule_status"] != "active" || f["last_successful_execution_at"] == nil ||
			f["next_execution_at"] == nil {
			t.Errorf("%s: %v", kind, f)
		}
	}
	if f := got["group_message"]; f == nil || f["schedule_status"] != nil || f["share_level"] != "read_write" ||
		f["next_execution_at"] != nil {
		t.Errorf("group_message: %v", f)
	}
	if none := h.freshness("fleet_refs", "another"); len(none) != 0 {
		t.Errorf("%v", none)
	}
	schedule := got["vehicle"]["schedule_id"]
	if of := h.list(vehicles).Items[0]["schedule_id"]; of != schedule {
		t.Errorf("the record names schedule %v, its freshness %v", of, schedule)
	}
}

func TestHowAConnectionIsImportedCanBeReadBySchedule(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.ids.Connection.String()
	h.imported()
	all := h.list(connections + "/" + id + "/schedules")
	for _, f := range h.freshness() {
		i := slices.Index(all.ids(), f["schedule_id"].(string))
		if f["connection_id"] != id || i < 0 || all.Items[i]["resource"] != f["resource"] {
			t.Errorf("%v is none of %v", f["schedule_id"], all.ids())
		}
	}
	one := h.list(connections+"/"+id+"/schedules", "resource", "vehicle").Items[0]
	path := connections + "/" + id + "/schedules/" + one["id"].(string)
	if a := h.do("GET", path, ""); a.field("status") != "active" || a.field("resource") != "vehicle" {
		t.Errorf("%d %s", a.status, a.text)
	}
	h.answers(403, `{"message":"no more"}`)
	if a := h.do("POST", connections+"/"+id+"/import", ""); a.status != http.StatusAccepted {
		t.Fatalf("%d %s", a.status, a.text)
	}
	newest := func() map[string]any { return h.list(path+"/executions", "size", "1").Items[0] }
	h.until("an import has failed", func() bool { return newest()["status"] == "failed" })
	if said, _ := newest()["problem"].(string); !strings.Contains(said, "no more") {
		t.Errorf("%v", newest())
	}
	h.simulated("DELETE", "/_sim/faults", "")
	last := h.list(path + "/executions")
	if first := last.Items[len(last.Items)-1]; len(last.Items) < 3 || first["status"] != "success" ||
		first["schedule_id"] != one["id"] {
		t.Errorf("%v", last.Items)
	}
	stranger := h.stranger(nil)
	for _, of := range []string{connections + "/" + id + "/schedules", path, path + "/executions"} {
		if a := h.by(stranger, "GET", of, ""); a.status != http.StatusNotFound {
			t.Errorf("%s: a stranger is answered %d %s", of, a.status, a.text)
		}
	}
}
