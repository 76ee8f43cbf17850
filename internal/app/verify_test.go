package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// renames has the demo's vehicle be called otherwise.
func (h *house) renames(query, name string) answer {
	h.t.Helper()
	return h.do("PATCH", vehicles+"/"+h.ids.Vehicle.String()+query,
		fmt.Sprintf(`{"connection_id":"%s","vehicle_name":%q}`, h.ids.Connection, name))
}

// verification is what an operation tells of it.
func (a answer) verification() operation.Verification {
	a.t.Helper()
	var op struct {
		Verification *operation.Verification `json:"verification"`
	}
	if err := json.Unmarshal([]byte(a.text), &op); err != nil || op.Verification == nil {
		a.t.Fatalf("%d %s: %v", a.status, a.text, err)
	}
	return *op.Verification
}

func TestAVerifiedWriteTellsWhatTheTSPHolds(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, query := range []string{"?verify=true", "?verify=true&is_sync=true"} {
		a := h.renames(query, "Truck 7")
		h.until("it is verified", func() bool {
			if a.status == http.StatusAccepted || a.verification().Status == operation.Unverified {
				a = h.ended(a.field("id"))
			}
			return a.verification().Status != operation.Unverified
		})
		v := a.verification()
		if v.Status != operation.Verified || !slices.Equal(v.Applied, []string{"vehicle_name"}) || v.ReadAt == nil || len(v.Before) > 0 {
			t.Errorf("%s: %d %s", query, a.status, a.text)
		}
	}
	h.events(2)
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	if told := string(h.hooks.got[1].body); !strings.Contains(told, `"verification":{"status":"`) || strings.Contains(told, `"before"`) {
		t.Errorf("its event: %s", told)
	}
}

func TestWhatCannotBeReadBackYetIsReadAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"GET"},"fault":"status","status":503}`)
	a := h.ended(h.renames("?verify=true", "Truck 8").field("id"))
	if v := a.verification(); a.field("status") != "success" || v.Status != operation.Unverified || v.Until == nil {
		t.Errorf("while the TSP cannot be read: %s", a.text)
	}
	h.simulated("DELETE", "/_sim/faults", "")
	h.until("it is verified", func() bool { return h.ended(a.field("id")).verification().Status != operation.Unverified })
	if v := h.ended(a.field("id")).verification(); v.Status != operation.Verified || len(v.Applied) != 1 {
		t.Errorf("then: %+v", v)
	}
}

func TestAVerificationThatCannotBeMadeIsRefusedOrPassedOver(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.do("POST", messages+"?verify=true", h.message("not read back"))
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text, `"path":"verify"`) || h.sent("not read back") != 0 {
		t.Errorf("%d %s", a.status, a.text)
	}
	a = h.do("PATCH", "/v2/integrations/connections/"+h.ids.Connection.String(), `{"verify_writes":true}`)
	if a.status != http.StatusOK || a.value("verify_writes") != true || a.value("sync_events") != false {
		t.Fatalf("%d %s", a.status, a.text)
	}
	a = h.do("POST", messages, h.message("passed over"))
	if a.status != http.StatusAccepted || !strings.Contains(a.text, `"path":"verify"`) || strings.Contains(a.text, `"verification"`) {
		t.Errorf("%d %s", a.status, a.text)
	}
	if v := h.renames("?is_sync=true", "Truck 9").verification(); v.Status != operation.Verified {
		t.Errorf("by the connection: %+v", v)
	}
	if a := h.renames("?is_sync=true&verify=false", "Truck 9"); strings.Contains(a.text, `"verification"`) {
		t.Errorf("not by the write: %s", a.text)
	}
}

func TestADryRunShowsHowTheRecordWouldBeReadBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	create := fmt.Sprintf(`{"connection_id":"%s","username":"ann.berg","first_name":"Ann","last_name":"Berg","is_driver":true}`,
		h.ids.Connection)
	for says, a := range map[string]answer{"an update": h.renames("?dry_run=true&verify=true", "Truck 7"),
		"a create": h.do("POST", users+"?dry_run=true&verify=true", create)} {
		all := a.previewed().Requests
		last := all[len(all)-1]
		if last.Purpose != tsp.ForReadBack || !last.Reads || len(all) < 2 || all[0].Purpose == tsp.ForReadBack {
			t.Errorf("%s: %s", says, a.text)
		}
	}
	if all := h.renames("?dry_run=true", "Truck 7").previewed().Requests; all[len(all)-1].Purpose == tsp.ForReadBack {
		t.Error("it is shown though nobody asked")
	}
}

func TestAKeyStandsForAWriteWithItsVerification(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := vehicles + "/" + h.ids.Vehicle.String()
	body := fmt.Sprintf(`{"connection_id":"%s","vehicle_name":"Truck 5"}`, h.ids.Connection)
	first := h.do("PATCH", path+"?verify=true&is_sync=true", body, keyHeader, "k")
	again := h.do("PATCH", path+"?verify=true&is_sync=true", body, keyHeader, "k")
	if first.status != http.StatusOK || again.text != first.text {
		t.Errorf("%d %s, and again %s", first.status, first.text, again.text)
	}
	if a := h.do("PATCH", path+"?is_sync=true", body, keyHeader, "k"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("without it: %d %s", a.status, a.text)
	}
	if n := strings.Count(h.simulated("GET", "/_sim/requests", ""), "Truck 5"); n != 1 {
		t.Errorf("the TSP was sent it %d times", n)
	}
}

func TestSyncWritesRaiseEventsWhereTheConnectionHasItSo(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do("POST", messages+"?is_sync=true", h.message("quiet"))
	path := "/v2/integrations/connections/" + h.ids.Connection.String()
	if a := h.do("PATCH", path, `{"sync_events":true}`); a.status != http.StatusOK || a.value("sync_events") != true {
		t.Fatalf("%d %s", a.status, a.text)
	}
	h.do("POST", messages+"?is_sync=true", h.message("told"))
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
	h.do("POST", messages+"?is_sync=true", h.message("told of its failure"))
	want := []string{"resource_operation.created", "resource_operation.succeeded", "resource_operation.created", "resource_operation.failed"}
	got := h.events(4)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("told %v", got)
	}
	if a := h.do("GET", path, ""); a.value("sync_events") != true {
		t.Errorf("the connection: %s", a.text)
	}
}

// What is written is compared in the form in which each TSP's records are read.
func TestAVerifiedWriteIsAppliedAtEachTSP(t *testing.T) {
	t.Parallel()
	h := openAll(t, config.Default(), func(_ string, sim http.Handler) http.Handler { return sim })
	made := 0
	for _, name := range []tsp.Name{"samsara", "motive", "geotab", "traccar"} {
		conn, unique := demo.ID("connection:"+string(name)).String(), "verified"+string(name)
		for path, members := range map[string][2]string{
			users:                     {fmt.Sprintf(`"username":"%s.driver","first_name":"Ann","last_name":"Berg","is_driver":true`, unique), `"first_name":"Bea"`},
			vehicles:                  {fmt.Sprintf(`"vehicle_name":"%s V","vin":"1FUJGLDR0CSBR1234"`, unique), fmt.Sprintf(`"vehicle_name":"%s W"`, unique)},
			"/v2/telematics/trailers": {fmt.Sprintf(`"trailer_name":"%s T"`, unique), fmt.Sprintf(`"trailer_name":"%s U"`, unique)},
		} {
			a := h.do("POST", path+"?verify=true&is_sync=true", `{"connection_id":"`+conn+`",`+members[0]+`}`)
			if a.status == http.StatusNotImplemented || a.status == http.StatusUnprocessableEntity {
				t.Logf("%s takes no such write: %s", name, a.text)
				continue
			}
			made++
			h.applied(string(name), a)
			h.applied(string(name), h.do("PATCH", path+"/"+a.field("resource_id")+"?verify=true&is_sync=true",
				`{"connection_id":"`+conn+`",`+members[1]+`}`))
		}
	}
	if made < 8 {
		t.Errorf("only %d records were made", made)
	}
}

// applied fails unless a verified write is held as it was sent, or in another spelling.
func (h *house) applied(name string, a answer) {
	h.t.Helper()
	if a.status != http.StatusOK {
		h.t.Errorf("%s: %d %s", name, a.status, a.text)
		return
	}
	if v := a.verification(); v.Status != operation.Verified || len(v.Ignored) > 0 || len(v.Applied) == 0 {
		h.t.Errorf("%s: %s", name, a.text)
	} else if len(v.Changed)+len(v.Unread) > 0 {
		h.t.Logf("%s: %s", name, a.text)
	}
}
