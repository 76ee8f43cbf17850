package app_test

import (
	"net/http"
	"slices"
	"testing"
)

func TestAFleetThatConnectsAnewHasItsRecordsUnderTheirIDs(t *testing.T) {
	t.Parallel()
	h := open(t)
	connect := func() string {
		a := h.do("POST", connections, samsaraBody("fleet-2", "samsara-demo-token"))
		if a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.text)
		}
		return a.field("id")
	}
	trucks := func(more ...string) list { return h.list(vehicles, append(more, "fleet_refs", "fleet-2")...) }
	first := connect()
	h.until("the first import", func() bool {
		return trucks().Total > 0 && h.fresh(first, "vehicle")["last_successful_execution_at"] != nil
	})
	before := trucks().ids()
	if a := h.do("DELETE", connections+"/"+first, ""); a.status != http.StatusNoContent {
		t.Fatalf("%d %s", a.status, a.text)
	}
	h.until("nothing is listed of a connection that is gone", func() bool { return trucks().Total == 0 })
	if all := trucks("include_deleted", "true"); all.Total != len(before) {
		t.Errorf("%d of %d are left", all.Total, len(before))
	}
	second := connect()
	h.until("the records are back", func() bool { return trucks().Total == len(before) })
	again := trucks()
	if got := again.ids(); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(before))) {
		t.Errorf("they are %v, and were %v", got, before)
	}
	for _, one := range again.Items {
		if one["connection_id"] != second || one["deleted_at"] != nil {
			t.Errorf("%v is of connection %v, deleted at %v", one["id"], one["connection_id"], one["deleted_at"])
		}
	}
}

func TestASettingThatNamesAUserTakesOurIDOfIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	one := connections + "/" + h.ids.Connection.String()
	sender := h.do("GET", users+"/"+h.ids.Sender.String(), "").field("source_id")
	a := h.do("PATCH", one, `{"settings":{"dvir_author_id":"`+h.ids.Sender.String()+`"}}`)
	if got, _ := a.value("settings").(map[string]any); a.status != http.StatusOK || got["dvir_author_id"] != sender {
		t.Errorf("%d %s, want %s", a.status, a.text, sender)
	}
	if a := h.do("PATCH", one,
		`{"settings":{"dvir_author_id":"`+h.ids.Vehicle.String()+`"}}`); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a vehicle: %d %s", a.status, a.text)
	}
}
