package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// A receiver answers 410 to what begins an operation, and would take its end.
func TestAReceiverThatIsGoneIsToldTheEndOfNothingWhoseBeginningItDidNotTake(t *testing.T) {
	t.Parallel()
	h := open(t)
	var ends atomic.Int64
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Event-Type") == "resource_operation.created" {
			w.WriteHeader(http.StatusGone)
			return
		}
		ends.Add(1)
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(receiver.Close)
	h.subscribesTo(receiver.URL+"/", "resource_operation.*", "")
	h.do("POST", messages, h.message("told to nobody"))
	h.shows(webhooks+"?status=paused", func(a answer) bool { return strings.Count(a.text, `"status":"paused"`) == 3 })
	h.do("POST", messages, h.message("told to nobody either"))
	h.events(4)
	if n := ends.Load(); n > 0 {
		t.Errorf("%d ends were told", n)
	}
}
