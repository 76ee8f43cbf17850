package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/record"
)

// freshness reads the data freshness of what the caller reaches.
func (h *house) freshness(query ...string) []map[string]any {
	h.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		q.Add(query[i], query[i+1])
	}
	a := h.do("GET", connections+"/data-freshness?"+q.Encode(), "")
	var out []map[string]any
	if err := json.Unmarshal([]byte(a.text), &out); err != nil || a.status != http.StatusOK {
		h.t.Fatalf("%d %s %v", a.status, a.text, err)
	}
	return out
}

// fresh is the entry of a kind of a connection.
func (h *house) fresh(connection, kind string) map[string]any {
	h.t.Helper()
	for _, f := range h.freshness() {
		if f["connection_id"] == connection && f["resource"] == kind {
			return f
		}
	}
	return nil
}

// imported makes an import of the demo's connection due, as often as a test wants one, and waits until
// vehicles are done.
func (h *house) imported() {
	h.t.Helper()
	id := h.ids.Connection.String()
	before := h.fresh(id, "vehicle")["last_successful_execution_at"]
	samsara, _ := h.app.Rooms().Registry.Adapter("samsara")
	if err := h.db.ScheduleImports(h.t.Context(), h.ids.Connection, samsara.Spec().Importable(), time.Now()); err != nil {
		h.t.Fatal(err)
	}
	h.until("the import is done", func() bool { return h.fresh(id, "vehicle")["last_successful_execution_at"] != before })
}

// answers makes the simulator answer the list of vehicles with a status and body.
func (h *house) answers(status int, body string) {
	h.t.Helper()
	h.simulated("POST", "/_sim/faults", fmt.Sprintf(`{"match":{"method":"GET","path_prefix":"/fleet/vehicles"},"fault":"status","status":%d,"body":%q}`, status, body))
}

const noVehicles = `{"data":[],"pagination":{"endCursor":"","hasNextPage":false}}`

func TestAChangeAtTheTSPIsThereAfterAnImport(t *testing.T) {
	t.Parallel()
	h := open(t)
	one := h.do("GET", vehicles+"/"+h.ids.Vehicle.String()+"?include_source_data=true", "")
	source := one.field("source_id")
	h.answers(200,
		fmt.Sprintf(`{"data":[{"id":%q,"name":"Renamed"}],"pagination":{"endCursor":"","hasNextPage":false}}`, source))
	h.imported()
	h.simulated("DELETE", "/_sim/faults", "")
	got := h.do("GET", vehicles+"/"+h.ids.Vehicle.String(), "")
	if got.field("vehicle_name") != "Renamed" || got.field("created_at") != one.field("created_at") ||
		got.field("updated_at") == one.field("updated_at") {
		t.Errorf("it was %s\nand is %s", one.text, got.text)
	}
	h.imported()
	again := h.do("GET", vehicles+"/"+h.ids.Vehicle.String(), "")
	h.imported()
	if same := h.do("GET", vehicles+"/"+h.ids.Vehicle.String(), ""); same.text != again.text {
		t.Errorf("an import without news changed it from %s to %s", again.text, same.text)
	}
}

func TestAVehicleThatIsGoneAtTheTSPIsDeletedUntilItIsSeenAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	before := h.list(vehicles).Total
	h.answers(200, noVehicles)
	h.imported()
	one := vehicles + "/" + h.ids.Vehicle.String()
	if a := h.do("GET", one, ""); a.field("deleted_at") == "" {
		t.Errorf("it is not deleted: %s", a.text)
	}
	if live, all := h.list(vehicles).Total, h.list(vehicles, "include_deleted", "true").Total; live != 0 || all != before {
		t.Errorf("%d live of %d, want none of %d", live, all, before)
	}
	if a := h.do("PATCH", one,
		fmt.Sprintf(`{"connection_id":"%s","vehicle_name":"x"}`, h.ids.Connection)); a.status != http.StatusNotFound ||
		!strings.Contains(a.text, "deleted at the TSP") {
		t.Errorf("%d %s", a.status, a.text)
	}
	h.simulated("DELETE", "/_sim/faults", "")
	h.imported()
	if a := h.do("GET", one, ""); a.value("deleted_at") != nil || h.list(vehicles).Total != before {
		t.Errorf("it is not back: %s", a.text)
	}
}

func TestALookThatMissesARecordOnceDeletesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	before := h.list(vehicles).Total
	h.simulated("POST", "/_sim/faults", fmt.Sprintf(`{"match":{"method":"GET","path_prefix":"/fleet/vehicles"},"fault":"status","status":200,"body":%q,"times":1}`, noVehicles))
	h.imported()
	if got := h.list(vehicles).Total; got != before {
		t.Errorf("%d of %d vehicles are left", got, before)
	}
}

func TestANewConnectionIsImportedAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	made := h.do("POST", connections, samsaraBody("fleet-2", "samsara-demo-token"))
	if made.status != http.StatusOK {
		t.Fatalf("%d %s", made.status, made.text)
	}
	h.until("its vehicles are there", func() bool {
		return h.list(vehicles, "connection_id", made.field("id")).Total > 0
	})
	if got := h.list(vehicles, "fleet_refs", "fleet-2"); got.Total == 0 ||
		got.Items[0]["connection_id"] != made.field("id") {
		t.Errorf("%v", got.Items)
	}
	h.until("its users are there", func() bool { return h.list(users, "fleet_refs", "fleet-2").Total > 0 })
}

func TestAConnectionThatIsNotActiveIsNotImported(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.ids.Connection.String()
	one := connections + "/" + id
	if a := h.do("PATCH", one, `{"status":"paused"}`); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if f := h.fresh(id, "vehicle"); f["schedule_status"] != "paused" || f["next_execution_at"] != nil ||
		f["last_successful_execution_at"] == nil {
		t.Errorf("%v", f)
	}
	if a := h.do("POST", one+"/import", ""); a.status != http.StatusConflict || !strings.Contains(a.text, "paused") {
		t.Errorf("%d %s", a.status, a.text)
	}
	before := h.fresh(id, "vehicle")["last_successful_execution_at"]
	if a := h.do("PATCH", one, `{"status":"active"}`); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	h.until("it is imported again",
		func() bool { return h.fresh(id, "vehicle")["last_successful_execution_at"] != before })
}

func TestAnImportIsAskedForOnceAMinute(t *testing.T) {
	t.Parallel()
	h := open(t)
	ask := func() answer { return h.do("POST", connections+"/"+h.ids.Connection.String()+"/import", "") }
	if a := ask(); a.status != http.StatusAccepted || !strings.Contains(a.text, `"vehicle"`) {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := ask(); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" ||
		!strings.Contains(a.text, "data-freshness") {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestAnImportWithRefusedCredentialsMakesTheConnectionStale(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{},"fault":"status","status":401}`)
	id := h.ids.Connection.String()
	if a := h.do("POST", connections+"/"+id+"/import", ""); a.status != http.StatusAccepted {
		t.Fatalf("%d %s", a.status, a.text)
	}
	h.until("the connection is stale",
		func() bool { return h.do("GET", connections+"/"+id, "").field("status") == "stale" })
	if f := h.fresh(id, "vehicle"); f["schedule_status"] != "stale" || f["next_execution_at"] != nil {
		t.Errorf("%v", f)
	}
}

func TestAFailedImportIsToldAndTriedAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.ids.Connection.String()
	before := h.fresh(id, "vehicle")["last_successful_execution_at"]
	h.answers(503, "")
	if a := h.do("POST", connections+"/"+id+"/import", ""); a.status != http.StatusAccepted {
		t.Fatalf("%d %s", a.status, a.text)
	}
	h.until("the failure is told", func() bool { return h.fresh(id, "vehicle")["problem"] != nil })
	if got := h.list(vehicles).Total; got == 0 {
		t.Error("a failed import lost the vehicles")
	}
	h.simulated("DELETE", "/_sim/faults", "")
	h.until("it is imported", func() bool {
		f := h.fresh(id, "vehicle")
		return f["problem"] == nil && f["last_successful_execution_at"] != before
	})
}

func TestAStopDoesNotWaitForAnImport(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"GET","path_prefix":"/fleet/vehicles"},"fault":"hang"}`)
	before := strings.Count(h.simulated("GET", "/_sim/requests?path_prefix=/fleet/vehicles", ""), `"method"`)
	if a := h.do("POST", connections+"/"+h.ids.Connection.String()+"/import", ""); a.status != http.StatusAccepted {
		t.Fatalf("%d %s", a.status, a.text)
	}
	h.until("the list is asked for", func() bool {
		return strings.Count(h.simulated("GET", "/_sim/requests?path_prefix=/fleet/vehicles", ""), `"method"`) > before
	})
	begun := time.Now()
	h.stop()
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("the stop took %s", took)
	}
}

func TestAWriteThatTheTSPHasNothingForIsFollowedByAnImport(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.ids.Connection
	schedules, err := h.db.SchedulesOf(t.Context(), []uuid.UUID{id})
	if err != nil {
		t.Fatal(err)
	}
	// As if the last import were long ago.
	for _, s := range schedules {
		old := s
		old.LastSuccessAt = s.LastSuccessAt.Add(-time.Hour)
		if err := h.db.SettleImport(t.Context(), fence.Claim{}, record.ImportEnd{From: s, To: old}); err != nil {
			t.Fatal(err)
		}
	}
	h.answers(200, noVehicles)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"PATCH"},"fault":"status","status":404}`)
	one := vehicles + "/" + h.ids.Vehicle.String()
	a := h.do("PATCH", one, fmt.Sprintf(`{"connection_id":"%s","vehicle_name":"x"}`, id))
	if end := h.ended(a.field("id")); end.field("status") != "failed" {
		t.Fatalf("%s", end.text)
	}
	h.until("the vehicle is known to be gone", func() bool { return h.do("GET", one, "").field("deleted_at") != "" })
}
