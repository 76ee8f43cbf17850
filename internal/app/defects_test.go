package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestTheDefectsOfAnInspectionAreRead(t *testing.T) {
	t.Parallel()
	h := open(t)
	const logs = "/v2/telematics/dvir-logs"
	one := connections + "/" + h.ids.Connection.String()
	if a := h.do("PATCH", one, `{"settings":{"dvir_author_id":"`+h.ids.Sender.String()+`"}}`); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	log := h.wrote(logs, fmt.Sprintf(`"driver_id":"%s","vehicle_id":"%s","occurred_at":%q,"log_type":"mechanic","defects":["brakes","tires"],"is_safety_critical":true`,
		h.ids.Sender, h.ids.Vehicle, time.Now().UTC().Add(-time.Hour).Format(time.RFC3339)))
	for _, path := range []string{logs + "/defects", logs + "/" + log + "/defects"} {
		var types []any
		for _, d := range h.list(path).Items {
			if d["dvir_log_id"] == log {
				types = append(types, d["defect_type"])
			}
		}
		if fmt.Sprint(types) != "[brakes tires]" {
			t.Errorf("%s: %v", path, types)
		}
	}
}
