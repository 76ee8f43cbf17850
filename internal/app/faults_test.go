package app_test

import (
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/faults"
)

// overFaults ends the name of each test whose parts run over a store that fails.
const overFaults = "OverAStoreThatFails/"

// failing has the store of a house fail from when its faults are turned on.
func (h *house) failing(o *app.Options) {
	h.t.Helper()
	seed := apptest.Seed(h.t)
	o.Behind = func(db engine.Database) engine.Database {
		h.faults = faults.Before(db, seed)
		return h.faults
	}
	h.t.Cleanup(func() { h.t.Logf("the store failed so: %s", h.faults.Told()) })
}

// persists sends one request as a caller does who wants it done: while the service says that it cannot do it now, it is
// sent again, a write with the key that it has. No other error of the service is borne.
func (h *house) persists(method, path, body string, headers []string) answer {
	h.t.Helper()
	if method != http.MethodGet && strings.HasPrefix(path, "/v2/telematics/") {
		// What stands later wins.
		headers = append([]string{keyHeader, uuid.NewString()}, headers...)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	refused := false
	for deadline := time.Now().Add(2 * time.Minute); ; <-tick.C {
		a := h.once(method, path, body, headers)
		switch {
		case a.status == http.StatusServiceUnavailable:
			refused = true
			if a.header.Get("Retry-After") == "" || a.field("detail") == "" {
				h.t.Errorf("%s %s is refused without a word: %v %s", method, path, a.header, a.text)
			}
		// It was done, or is being done, although its caller was told that this is not known.
		case refused && a.status == http.StatusConflict && strings.Contains(a.text, "still under way"):
		default:
			if a.status == http.StatusInternalServerError {
				h.t.Errorf("%s %s: %d %s", method, path, a.status, a.text)
			}
			return a
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("not within two minutes: %s %s: %d %s", method, path, a.status, a.text)
		}
	}
}

// What is chosen asks over HTTP alone, and counts nothing that a store which fails, or a caller who sends again what was
// refused, may do once more.
func TestTheSameHoldsOverAStoreThatFails(t *testing.T) {
	t.Parallel()
	for _, over := range []string{"OverSQLite", "OverPostgreSQL"} {
		t.Run(over, func(t *testing.T) {
			t.Parallel()
			for _, test := range []func(*testing.T){
				TestUpdatesOfOneVehicleKeepTheirOrder, TestPagesOfOperationsHoldEachOnce,
				TestAKeyIsRefusedForAnotherRequest, TestARefusedRequestKeepsNoKey, TestASyncRequestIsReplayedWithItsEnd,
				TestOfManyRequestsWithOneKeyOneIsAccepted, TestBadInputIsRefusedAndStoresNothing,
				TestEventsAreReadAsTheyAreReceived, TestABatchThatIsRepeatedWithItsKeysIsAcceptedWholeAndOnce,
			} {
				name := runtime.FuncForPC(reflect.ValueOf(test).Pointer()).Name()
				t.Run(strings.TrimPrefix(name[strings.LastIndexByte(name, '.')+1:], "Test"), test)
			}
		})
	}
}
