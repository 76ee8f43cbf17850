package callers_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/bench/callers"
	"github.com/waybill-dev/waybill/bench/gateway"
	"github.com/waybill-dev/waybill/bench/measure"
	"github.com/waybill-dev/waybill/bench/stub"
)

// relay is a gateway that delivers each event as often as times says of its number.
type relay struct{ gateway.Foreign }

func newRelay(t *testing.T, to string, status int, times func(n int) int) relay {
	var n atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(status)
		for range times(int(n.Add(1))) {
			answer, err := http.Post(to, "application/json", strings.NewReader(string(body)))
			if err != nil {
				t.Error(err)
				return
			}
			_ = answer.Body.Close()
		}
	}))
	t.Cleanup(server.Close)
	return relay{gateway.Foreign{Called: "relay", URL: server.URL, Body: `{"text":"{marker}"}`}}
}

// Usage is none.
func (relay) Usage() (measure.Usage, error) { return measure.Usage{}, nil }

func put(t *testing.T, status int, times func(n int) int, load callers.Load) callers.Result {
	t.Helper()
	receiver, err := stub.NewReceiver(stub.ReceiverOptions{Prefix: callers.Prefix})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(receiver.Close)
	tsp := stub.NewSamsara()
	t.Cleanup(tsp.Close)
	load.Duration, load.Patience = 100*time.Millisecond, 300*time.Millisecond
	r, err := callers.NewTeam(receiver, tsp).Put(t.Context(), newRelay(t, receiver.URL(), status, times), load)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatComesOnceIsCountedWithItsTimes(t *testing.T) {
	t.Parallel()
	if _, err := measure.Self(); err != nil {
		t.Skipf("only Linux, by /proc, tells what a process uses: %v", err)
	}
	for name, load := range map[string]callers.Load{
		"in turn": {Callers: 1}, "at a rate": {Rate: 100}, "a flood": {Callers: 1, Flood: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := put(t, http.StatusAccepted, func(int) int { return 1 }, load)
			if r.Begun == 0 || len(r.Ended) != r.Begun || len(r.Accepted) != r.Begun || r.Lost+r.Errors != 0 || r.Twice != 0 {
				t.Errorf("%+v", r)
			}
			if err := r.Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatIsLostComesTwiceOrIsRefusedIsTold(t *testing.T) {
	t.Parallel()
	if _, err := measure.Self(); err != nil {
		t.Skipf("only Linux, by /proc, tells what a process uses: %v", err)
	}
	lost := put(t, http.StatusAccepted, func(n int) int { return min(n-1, 1) }, callers.Load{Callers: 1})
	if err := lost.Err(); lost.Lost != 1 || err == nil || strings.Contains(err.Error(), "nil") {
		t.Errorf("the first never came: %+v", lost)
	}
	twice := put(t, http.StatusAccepted, func(n int) int { return 2 }, callers.Load{Callers: 1})
	if twice.Twice == 0 || !strings.Contains(fmt.Sprint(twice.Err()), "webhooks and 0 messages came twice") {
		t.Errorf("all came twice: %+v", twice)
	}
	refused := put(t, http.StatusServiceUnavailable, func(int) int { return 0 }, callers.Load{Callers: 1})
	if refused.Errors != refused.Begun || refused.Begun == 0 || !strings.Contains(fmt.Sprint(refused.Err()), "503") {
		t.Errorf("all were refused: %+v", refused)
	}
}
