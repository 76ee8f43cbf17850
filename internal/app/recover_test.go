package app_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
)

func TestASyncUpdateThatACrashCutOffIsNeverSentAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults",
		`{"match":{"method":"PATCH","path_prefix":"/fleet/vehicles"},"fault":"delay","delay_ms":1000,"times":1}`)
	path := fmt.Sprintf("/v2/telematics/vehicles/%s?is_sync=true", h.ids.Vehicle)
	body := fmt.Sprintf(`{"connection_id":"%s","vehicle_name":"once"}`, h.ids.Connection)
	ended := make(chan answer, 1)
	go func() { ended <- h.do("PATCH", path, body) }()
	h.until("the operation is being sent", func() bool {
		return len(h.do("GET", operations, "").value("items").([]any)) == 1
	})
	// What the next process does first, while the call that the dead one made is still out.
	if n, err := h.db.Interrupted(t.Context(), time.Now(), operation.Left{}, settlesAtOnce); n != 1 || err != nil {
		t.Fatalf("%d interrupted, %v", n, err)
	}
	id := h.do("GET", operations, "").value("items").([]any)[0].(map[string]any)["id"].(string)
	if end := h.ended(id); end.field("status") != "failed" {
		t.Errorf("it ended as %s", end.text)
	}
	<-ended
	if n := h.patches(); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
}

func settlesAtOnce(operation.Operation) time.Duration { return 0 }
