package app_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/config"
)

// rename is a sync write of the demo's vehicle.
func (h *house) rename(name string) answer {
	h.t.Helper()
	body := fmt.Sprintf(`{"connection_id":"%s","vehicle_name":%q}`, h.ids.Connection, name)
	return h.do("PATCH", vehicles+"/"+h.ids.Vehicle.String()+"?is_sync=true", body)
}

func TestASyncWriteWithRefusedCredentialsMakesTheConnectionStale(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.hear()
	h.simulated("POST", "/_sim/faults", `{"match":{},"fault":"status","status":401}`)
	a := h.rename("refused")
	if a.status != http.StatusBadGateway || !strings.Contains(a.text, `"error_type":"auth"`) {
		t.Errorf("%d %s", a.status, a.text)
	}
	h.until("the connection is stale", func() bool {
		return h.do("GET", connections+"/"+h.ids.Connection.String(), "").field("status") == "stale"
	})
	if got := h.events(1); got[0] != "connection.staled" {
		t.Errorf("events: %v", got)
	}
	if a := h.rename("again"); a.status != http.StatusConflict ||
		!strings.Contains(a.text, "tries the credentials again by itself") {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestOneRefusalOfGoodCredentialsIsNoVerdict(t *testing.T) {
	t.Parallel()
	h := open(t)
	once := `{"match":{"method":"%s"},"fault":"status","status":401,"times":1}`
	h.simulated("POST", "/_sim/faults", fmt.Sprintf(once, "PATCH"))
	if a := h.rename("refused"); a.status != http.StatusBadGateway || !strings.Contains(a.text, `"error_type":"auth"`) {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := h.rename("again"); a.status != http.StatusOK {
		t.Errorf("the next sync write: %d %s", a.status, a.text)
	}
	h.simulated("POST", "/_sim/faults", fmt.Sprintf(once, "POST"))
	id := h.do("POST", messages, h.message("patience")).field("id")
	if a := h.ended(id); a.field("status") != "success" {
		t.Errorf("an async write: %s", a.text)
	}
	if a := h.do("GET", connections+"/"+h.ids.Connection.String(), ""); a.field("status") != "active" {
		t.Errorf("the connection is %s", a.text)
	}
}

func TestAThrottledSyncWriteKeepsOthersOffForTheTimeThatTheTSPAsks(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"PATCH"},"fault":"throttle","retry_after":"60","times":1}`)
	if a := h.rename("throttled"); a.status != http.StatusBadGateway ||
		!strings.Contains(a.text, `"response_status_code":429`) {
		t.Errorf("%d %s", a.status, a.text)
	}
	patches := h.patches()
	a := h.rename("too soon")
	seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
	if a.status != http.StatusTooManyRequests || err != nil || seconds < 40 || seconds > 60 ||
		!strings.Contains(a.text, "without is_sync") {
		t.Errorf("%d, Retry-After %q: %s", a.status, a.header.Get("Retry-After"), a.text)
	}
	if h.patches() != patches {
		t.Error("the TSP was called")
	}
	if list := h.do("GET", operations, ""); strings.Count(list.text, `"operation_type"`) != 1 {
		t.Errorf("a refused write was stored: %s", list.text)
	}
}

func TestSyncWritesBeyondWhatALimitGivesAreRefusedBeforeAnythingIsStored(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Limits["samsara"] = map[string]config.Rate{"messages.write": {Events: 1, Period: time.Hour}}
	h := openWith(t, c)
	passed := 0
	for i := range 30 {
		a := h.do("POST", messages+"?is_sync=true", h.message(fmt.Sprint("now ", i)), keyHeader, fmt.Sprint("key ", i))
		if a.status == http.StatusTooManyRequests {
			break
		}
		if passed++; a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.text)
		}
	}
	if list := h.do("GET", operations+"?size=50", ""); passed == 30 ||
		strings.Count(list.text, `"operation_type"`) != passed {
		t.Errorf("%d passed: %s", passed, list.text)
	}
	if a := h.do("POST", messages, h.message("in its turn"), keyHeader,
		fmt.Sprint("key ", passed)); a.status != http.StatusAccepted {
		t.Errorf("the refused request has used up its key: %d %s", a.status, a.text)
	}
}
