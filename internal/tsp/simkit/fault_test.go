package simkit_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestAFaultSpoilsOneRequestAndNoMore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		fault   string
		status  int // 0: no answer
		body    string
		applied bool
	}{
		{"status answers in the TSP's words and applies nothing", `{"fault":"status","status":503,"times":1}`, 503, "shelf says 503\n", false},
		{"status with a body answers that body", `{"fault":"status","status":502,"body":"<html>bad gateway</html>","times":1}`, 502, "<html>bad gateway</html>", false},
		{"delay answers as usual", `{"fault":"delay","delay_ms":1,"times":1}`, 201, "", true},
		{"drop cuts the connection and applies nothing", `{"fault":"drop","times":1}`, 0, "", false},
		{"apply_then_drop applies and cuts the connection", `{"fault":"apply_then_drop","times":1}`, 0, "", true},
		{"malformed answers broken JSON and applies nothing", `{"fault":"malformed","times":1}`, 200, `{"data":{"id":"28147`, false},
		{"malformed takes a status", `{"fault":"malformed","status":500,"times":1}`, 500, `{"data":{"id":"28147`, false},
		{"throttle answers 429 in the TSP's words", `{"fault":"throttle","retry_after":"1.5","times":1}`, 429, "shelf says 429\n", false},
		{"expire_session refuses with 401", `{"fault":"expire_session","times":1}`, 401, "shelf says 401\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sim := start(t, simkit.Options{})
			if answer := sim.Do("POST", "/_sim/faults", c.fault); answer.Status != http.StatusOK {
				t.Fatalf("the fault was refused: %d %s", answer.Status, answer.Text)
			}
			got := sim.Do("POST", "/things", `{"name":"a"}`, "Authorization", "x")
			if got.Status != c.status || got.Text != c.body {
				t.Errorf("answer = %d %q, want %d %q", got.Status, got.Text, c.status, c.body)
			}
			want := 1
			if c.applied {
				want = 2
			}
			if n := sim.things(); n != want {
				t.Errorf("there are %d things, want %d", n, want)
			}
			if next := sim.Do("POST", "/things", `{"name":"b"}`); next.Status != http.StatusCreated {
				t.Errorf("the next request got %d", next.Status)
			}
			if left := sim.Faults(); len(left) != 0 {
				t.Errorf("faults left: %v", left)
			}
		})
	}
}

func TestAThrottleCarriesRetryAfterAsGiven(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{})
	sim.Fault(`{"fault":"throttle","retry_after":"0.40235"}`)
	if got := sim.Do("GET", "/things", "").Header.Get("Retry-After"); got != "0.40235" {
		t.Errorf("Retry-After = %q", got)
	}
}

func TestAHangingRequestEndsWhenTheSimulatorCloses(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{})
	sim.Fault(`{"fault":"hang","times":1}`)
	ended := make(chan simtest.Reply)
	go func() { ended <- sim.Do("POST", "/things", `{"name":"a"}`) }()
	waitFor(t, func() bool { return len(sim.Requests()) == 1 })
	if err := sim.Close(); err != nil {
		t.Fatal(err)
	}
	if got := <-ended; got.Status != 0 {
		t.Errorf("the hanging request got %d", got.Status)
	}
}

func TestAHangingRequestEndsWhenTheCallerGivesUp(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{})
	sim.Fault(`{"fault":"hang","times":1}`)
	ctx, giveUp := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, sim.URL+"/things", strings.NewReader(`{"name":"a"}`))
		if err == nil {
			err = sim.Send(request).Err
		}
		ended <- err
	}()
	waitFor(t, func() bool { return len(sim.Requests()) == 1 })
	giveUp()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	sim.HangUp()
}

func TestAFaultMeetsTheCallsWhoseBodiesHoldAText(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{})
	sim.Fault(`{"match":{"body":"\"name\":\"Set\""},"fault":"status","status":500}`)
	for body, status := range map[string]int{`{"name":"Get"}`: 201, `{"name":"Set"}`: 500, `{"name":"Setting"}`: 201} {
		if got := sim.Do("POST", "/things", body); got.Status != status {
			t.Errorf("%s = %d, want %d", body, got.Status, status)
		}
	}
	if got := sim.Do("GET", "/things", ""); got.Status != http.StatusOK {
		t.Errorf("a request without a body = %d", got.Status)
	}
}

func TestAFaultMeetsOnlyMatchingRequests(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{})
	sim.Fault(`{"match":{"method":"POST","path_prefix":"/things"},"fault":"status","status":500}`)
	for _, c := range []struct {
		method, path string
		status       int
	}{{"GET", "/things", 200}, {"POST", "/other", 201}, {"POST", "/things", 500}, {"POST", "/things/1", 500}} {
		if got := sim.Do(c.method, c.path, `{"name":"`+c.path+`"}`); got.Status != c.status {
			t.Errorf("%s %s = %d, want %d", c.method, c.path, got.Status, c.status)
		}
	}
	if answer := sim.Do("DELETE", "/_sim/faults", ""); answer.Status != http.StatusNoContent {
		t.Errorf("DELETE faults = %d", answer.Status)
	}
	if got := sim.Do("POST", "/things", `{"name":"c"}`); got.Status != http.StatusCreated {
		t.Errorf("after clearing: %d", got.Status)
	}
}

func TestFaultsAreMetOldestFirstAndCountDown(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{})
	sim.Fault(`{"fault":"status","status":500,"times":2}`)
	sim.Fault(`{"fault":"status","status":503,"times":1}`)
	var got []int
	for range 4 {
		got = append(got, sim.Do("GET", "/things", "").Status)
	}
	if diff := cmp.Diff([]int{500, 500, 503, 200}, got); diff != "" {
		t.Error(diff)
	}
}

func TestARequestWithoutCredentialsDoesNotUseUpAnExpiredSession(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{})
	sim.Fault(`{"fault":"expire_session","times":1}`)
	if got := sim.Do("GET", "/things", ""); got.Status != http.StatusOK {
		t.Errorf("without credentials: %d", got.Status)
	}
	if got := sim.Do("GET", "/things", "", "Authorization", "x"); got.Status != http.StatusUnauthorized {
		t.Errorf("with credentials: %d", got.Status)
	}
}

func TestAWrongFaultIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{})
	for name, body := range map[string]string{
		"an unknown fault":           `{"fault":"explode"}`,
		"no fault":                   `{}`,
		"an unknown field":           `{"fault":"drop","probability":1}`,
		"an unknown match field":     `{"fault":"drop","match":{"host":"x"}}`,
		"status without a status":    `{"fault":"status"}`,
		"an impossible status":       `{"fault":"status","status":99}`,
		"a status where none goes":   `{"fault":"drop","status":500}`,
		"a retry_after out of place": `{"fault":"hang","retry_after":"1"}`,
		"a delay of nothing":         `{"fault":"delay"}`,
		"late without a delay":       `{"fault":"late"}`,
		"late with a body":           `{"fault":"late","delay_ms":1,"status":504,"body":"x"}`,
		"cut and answered":           `{"fault":"late","delay_ms":1,"status":504,"cut":true}`,
		"a cut out of place":         `{"fault":"drop","cut":true}`,
		"negative times":             `{"fault":"drop","times":-1}`,
		"a wrong type":               `{"fault":"drop","times":"3"}`,
		"a body out of place":        `{"fault":"drop","body":"x"}`,
		"an id of its own":           `{"fault":"drop","id":4}`,
		"no JSON":                    `drop`,
	} {
		t.Run(name, func(t *testing.T) {
			got := sim.Do("POST", "/_sim/faults", body)
			if got.Status != http.StatusBadRequest || len(got.Text) < len(`{"message":"x"}`) {
				t.Errorf("answer = %d %q", got.Status, got.Text)
			}
		})
	}
	if left := sim.Faults(); len(left) != 0 {
		t.Errorf("a refused fault became active: %v", left)
	}
}

// waitFor polls until the condition holds, without a fixed sleep; the test's own deadline bounds it.
func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("the test ended first")
		}
	}
}
