package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"
)

// subscribed makes a subscription to what is created, and returns its id.
func (h *house) subscribed(url string) string {
	h.t.Helper()
	made := h.do("POST", "/v2/notifications/webhooks",
		fmt.Sprintf(`{"url":%q,"event_name":"resource_operation.created"}`, url))
	if made.status != http.StatusOK {
		h.t.Fatalf("%d %s", made.status, made.text)
	}
	return made.field("id")
}

// logged waits until so many attempts are logged, and returns the log as it is read.
func (h *house) logged(id string, attempts int) string {
	h.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-tick.C {
		a := h.do("GET", "/v2/notifications/webhooks/"+id+"/logs", "")
		if strings.Count(a.text, `"message_id"`) >= attempts {
			return a.text
		}
	}
	h.t.Fatalf("%d attempts were not logged", attempts)
	return ""
}

// The router of the contract's SDK reads no gzip and checks no signature.
func TestARouterThatDoesNotUnpackGetsEveryEventAndIsRemembered(t *testing.T) {
	t.Parallel()
	h := open(t)
	came := make(chan int, 10)
	router := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var envelope struct {
			Data []any `json:"data"`
		}
		code := http.StatusNoContent
		if err != nil || json.Unmarshal(body, &envelope) != nil {
			code = http.StatusBadRequest
		}
		came <- code
		w.WriteHeader(code)
	}))
	t.Cleanup(router.Close)
	id := h.subscribed(router.URL + "/")
	for n, codes := range [][]int{{400, 204}, {204}, {204}} {
		h.do("POST", messages, h.message("told"))
		log := h.logged(id, n+1)
		if strings.Contains(log, `"status_code":400`) || strings.Contains(log, `"failed"`) ||
			strings.Contains(log, "answered") {
			t.Errorf("delivery %d is logged as %s", n+1, log)
		}
		for _, want := range codes {
			if got := <-came; got != want {
				t.Errorf("delivery %d: the router answered %d, want %d", n+1, got, want)
			}
		}
	}
}

func TestAReceiverWithAWrongRouteDoesNotLookWell(t *testing.T) {
	t.Parallel()
	h := open(t)
	wrong := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(wrong.Close)
	id := h.subscribed(wrong.URL + "/hook")
	h.do("POST", messages, h.message("told to nobody"))
	log := h.logged(id, 1)
	for _, want := range []string{`"status":"success"`, `"status_code":404`,
		"answered 404 Not Found; it counts as delivered"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s: %s", want, log)
		}
	}
}

func TestTheLogOfDeliveriesIsNarrowedToOneOperationOfWhoeverAsks(t *testing.T) {
	t.Parallel()
	h := open(t)
	takes := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	t.Cleanup(takes.Close)
	id := h.subscribed(takes.URL + "/")
	one, other := h.do("POST", messages, h.message("one")).field("id"), h.do("POST", messages, h.message("other")).field("id")
	h.logged(id, 2)
	// Another partner subscribes to the same events, and none of its own has happened.
	stranger, _ := h.partner("Stranger")
	theirs := h.by(stranger, "POST", webhooks, `{"url":"`+takes.URL+`/theirs","event_name":"resource_operation.created"}`)
	if theirs.status != http.StatusOK {
		t.Fatalf("%d %s", theirs.status, theirs.text)
	}
	logs := func(of string) string { return webhooks + "/" + of + "/logs" }
	for name, c := range map[string]struct {
		token, path string
		status, n   int
	}{
		"all":                        {h.token, logs(id), 200, 2},
		"one":                        {h.token, logs(id) + "?operation_id=" + one, 200, 1},
		"the other":                  {h.token, logs(id) + "?operation_id=" + other, 200, 1},
		"one that has failed to go":  {h.token, logs(id) + "?status=failed&operation_id=" + one, 200, 0},
		"one before its time":        {h.token, logs(id) + "?end_date=2026-01-15T00:00:00Z&operation_id=" + one, 200, 0},
		"an operation there is none": {h.token, logs(id) + "?operation_id=" + uuid.NewString(), 200, 0},
		"what is no operation":       {h.token, logs(id) + "?operation_id=" + id, 200, 0},
		"what is no id":              {h.token, logs(id) + "?operation_id=7", 422, 0},
		"another partner's log":      {stranger, logs(id) + "?operation_id=" + one, 404, 0},
		"another partner's write":    {stranger, logs(theirs.field("id")) + "?operation_id=" + one, 200, 0},
	} {
		a := h.by(c.token, "GET", c.path, "")
		if a.status != c.status || strings.Count(a.text, `"message_id"`) != c.n {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
}
