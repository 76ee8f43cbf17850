package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app"
)

const (
	operationJobs  = "/v2/integrations/jobs"
	deadLetterJobs = "/v2/notifications/jobs"
)

// job makes a job and returns its id.
func (h *house) job(path, action, filter string) string {
	h.t.Helper()
	a := h.do("POST", path, fmt.Sprintf(`{"action":%q,"filter":{%s}}`, action, filter))
	if a.status != http.StatusAccepted {
		h.t.Fatalf("%s: %d %s", action, a.status, a.text)
	}
	return a.field("id")
}

// finished waits for the end of a job.
func (h *house) finished(path, id string) answer {
	h.t.Helper()
	return h.shows(path+"/"+id, func(a answer) bool { return a.value("ended_at") != nil })
}

// renamed is an update of the house's vehicle, behind any other one.
func (h *house) renamed(name string) string {
	h.t.Helper()
	return h.do("PATCH", vehicles+"/"+h.ids.Vehicle.String(),
		fmt.Sprintf(`{"connection_id":"%s","vehicle_name":%q}`, h.ids.Connection, name)).field("id")
}

func TestAJobCancelsWhatWaitsAndNothingElse(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/reset", "")
	h.slow("PATCH")
	first := h.renamed("under way")
	h.flies("PATCH")
	var waiting []string
	for i := range 20 {
		waiting = append(waiting, h.renamed(fmt.Sprint("cancelled ", i)))
	}
	body := fmt.Sprintf(`{"action":"cancel","filter":{"connection_id":"%s","resource":"vehicle"}}`, h.ids.Connection)
	if a := h.do("POST", operationJobs+"?dry_run=true", body); a.status != http.StatusOK || a.value("matched") != 21.0 {
		t.Errorf("its preview: %d %s", a.status, a.text)
	}
	a := h.do("POST", operationJobs, body, keyHeader, "k")
	if a.status != http.StatusAccepted || a.value("matched") != 21.0 {
		t.Fatalf("%d %s", a.status, a.text)
	}
	later := h.renamed("after it")
	end := h.finished(operationJobs, a.field("id"))
	if end.field("status") != "finished" || end.value("done") != 20.0 || end.value("refused") != 1.0 || end.value("left") != 0.0 ||
		!strings.Contains(end.text, `"reason":"under_way","count":1,"example_id":"`+first) {
		t.Errorf("it ended as %s", end.text)
	}
	for _, id := range waiting {
		if op := h.ended(id); op.field("reason") != "cancelled" {
			t.Errorf("one that waited: %s", op.text)
		}
	}
	for _, id := range []string{first, later} {
		if op := h.ended(id); op.field("status") != "success" {
			t.Errorf("one that is not meant: %s", op.text)
		}
	}
	if sent := h.simulated("GET", "/_sim/requests", ""); strings.Contains(sent, "cancelled") || !strings.Contains(sent, "after it") {
		t.Errorf("the TSP was sent %s", sent)
	}
	again := h.do("POST", operationJobs, body, keyHeader, "k")
	if again.status != http.StatusAccepted || again.text != end.text || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("with the same key: %d %s", again.status, again.text)
	}
	other := h.do("POST", operationJobs, strings.Replace(body, "cancel", "retry", 1), keyHeader, "k")
	if other.status != http.StatusUnprocessableEntity || !strings.Contains(other.text, "idempotency_key_reused") {
		t.Errorf("another one with the same key: %d %s", other.status, other.text)
	}
	if told := h.events(44); len(slices.DeleteFunc(told, func(name string) bool { return name != "resource_operation.failed" })) != 20 {
		t.Errorf("told: %v", told)
	}
}

func TestAJobRetriesWhatHasFailedOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"status","status":400,"times":3}`)
	var failed []string
	for i := range 3 {
		failed = append(failed, h.do("POST", messages, h.message(fmt.Sprint("again ", i))).field("id"))
	}
	for _, id := range failed {
		if op := h.ended(id); op.field("status") != "failed" {
			t.Fatal(op.text)
		}
	}
	alone := h.do("POST", h.on(failed[1], "retry"), "")
	h.ended(alone.field("id"))
	filter := fmt.Sprintf(`"connection_id":"%s"`, h.ids.Connection)
	end := h.finished(operationJobs, h.job(operationJobs, "retry", filter))
	if end.value("done") != 2.0 || !strings.Contains(end.text, `"reason":"retried_before","count":1,"example_id":"`+failed[1]) {
		t.Errorf("it ended as %s", end.text)
	}
	for i, id := range failed {
		by := h.ended(id).field("retried_by")
		if op := h.ended(by); op.field("status") != "success" || op.field("retry_of") != id || h.sent(fmt.Sprint("again ", i)) != 1 {
			t.Errorf("retried by %s", op.text)
		}
	}
	if end = h.finished(operationJobs, h.job(operationJobs, "retry", filter)); end.value("done") != 0.0 || end.value("refused") != 3.0 {
		t.Errorf("once more: %s", end.text)
	}
}

func TestAJobRetriesWhatHasFailedWithACreateBehindTheRetryOfThat(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, status := range []int{503, 400} {
		h.simulated("POST", "/_sim/faults", fmt.Sprintf(
			`{"match":{"method":"POST","path_prefix":"/fleet/drivers"},"fault":"status","status":%d,"times":1}`, status))
	}
	driver := h.do("POST", users, h.hire("nils")).field("id")
	all := []string{driver}
	for i := range 10 {
		all = append(all, h.do("POST", messages, h.messageTo(driver, fmt.Sprint("welcome ", i))).field("id"))
	}
	all = append(all, h.do("PATCH", users+"/"+driver, fmt.Sprintf(`{"connection_id":"%s","notes":"new"}`, h.ids.Connection)).field("id"))
	for _, id := range all {
		if op := h.ended(id); op.field("status") != "failed" {
			t.Fatal(op.text)
		}
	}
	end := h.finished(operationJobs, h.job(operationJobs, "retry", fmt.Sprintf(`"connection_id":"%s"`, h.ids.Connection)))
	if end.value("done") != 12.0 || end.value("refused") != 0.0 {
		t.Errorf("it ended as %s", end.text)
	}
	for _, id := range all {
		if op := h.ended(h.ended(id).field("retried_by")); op.field("status") != "success" {
			t.Errorf("retried by %s", op.text)
		}
	}
}

func TestAJobReplaysDeadLetters(t *testing.T) {
	t.Parallel()
	h := open(t)
	receiver := httptest.NewServer(h.hooks)
	t.Cleanup(receiver.Close)
	hook := h.subscribesTo(receiver.URL+"/lost", "resource_operation.created", "")
	one := webhooks + "/" + hook
	h.receives(http.StatusGone)
	h.do("POST", messages, h.message("lost"))
	h.shows(one, func(a answer) bool { return a.field("status") == "paused" })
	h.receives(http.StatusAccepted)
	end := h.finished(deadLetterJobs, h.job(deadLetterJobs, "replay", `"webhook_id":"`+hook+`"`))
	if end.value("matched") != 1.0 || end.value("done") != 1.0 || end.field("status") != "finished" {
		t.Errorf("it ended as %s", end.text)
	}
	h.do("POST", one+"/activate", "")
	h.shows(one+"/metrics", func(a answer) bool { return strings.Contains(a.text, `"message_success_count":{"6h":1,`) })
	if a := h.do("GET", deadLetterJobs, ""); !strings.Contains(a.text, end.field("id")) {
		t.Errorf("the list has %s", a.text)
	}
}

func TestAJobThatIsAskedForWronglyIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	connection := fmt.Sprintf(`"connection_id":"%s"`, h.ids.Connection)
	for body, says := range map[string]string{
		`{}`:                                `"path":"action"`,
		`{"action":"cancel"}`:               `"path":"filter"`,
		`{"action":"cancel","filter":{}}`:   "must not be empty",
		`{"action":"cancel","filter":null}`: `"path":"filter"`,
		`{"action":"cancel","filter":{"conection_id":"x"}}`:                     `"path":"filter.conection_id"`,
		`{"action":"cancel","filter":{"fleet_refs":[]}}`:                        `"path":"filter.fleet_refs"`,
		`{"action":"delete","filter":{` + connection + `}}`:                     `"path":"action"`,
		`{"action":"replay","filter":{` + connection + `}}`:                     "is for dead letters; POST /v2/notifications/jobs",
		`{"action":"retri","filter":{` + connection + `}}`:                      `did you mean \"retry\"?`,
		`{"action":"","filter":{` + connection + `}}`:                           `"path":"action"`,
		`{"action":"cancel","filter":{"connection_id":"x"}}`:                    `"path":"filter.connection_id"`,
		`{"action":"cancel","filter":{"source_id":"1"}}`:                        `"path":"filter.source_id"`,
		`{"action":"cancel","filter":{"from_datetime":"2099-01-01T00:00:00Z"}}`: `"path":"filter.from_datetime"`,
		`{"action":"cancel","filter":{` + connection + `},"all":true}`:          `"path":"all"`,
		`{"action":"retry","filter":{"resource":"truck"}}`:                      `"path":"filter.resource"`,
	} {
		if a := h.do("POST", operationJobs, body); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text, says) {
			t.Errorf("%s: %d %s", body, a.status, a.text)
		}
	}
	for body, says := range map[string]string{
		`{"action":"replay","filter":{"start_date":"2026-01-01T00:00:00Z"}}`:           `"path":"filter.webhook_id"`,
		`{"action":"cancel","filter":{"webhook_id":"` + h.ids.Vehicle.String() + `"}}`: "is for operations; POST /v2/integrations/jobs",
	} {
		if a := h.do("POST", deadLetterJobs, body); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text, says) {
			t.Errorf("%s: %d %s", body, a.status, a.text)
		}
	}
	if a := h.do("POST", deadLetterJobs, `{"action":"replay","filter":{"webhook_id":"`+h.ids.Vehicle.String()+`"}}`); a.status != http.StatusNotFound {
		t.Errorf("of a subscription that is not there: %d %s", a.status, a.text)
	}
	for _, path := range []string{operationJobs, deadLetterJobs} {
		if a := h.do("GET", path, ""); len(a.value("items").([]any)) != 0 {
			t.Errorf("there are %s", a.text)
		}
	}
}

func TestAJobIsItsPartnersAndAudited(t *testing.T) {
	t.Parallel()
	h := open(t)
	other, _ := h.partner("Other")
	id := h.job(operationJobs, "retry", `"from_datetime":"`+time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)+`"`)
	h.finished(operationJobs, id)
	for method, path := range map[string]string{"GET": operationJobs + "/" + id, "POST": operationJobs + "/" + id + "/stop"} {
		if a := h.by(other, method, path, ""); a.status != http.StatusNotFound {
			t.Errorf("another partner: %d %s", a.status, a.text)
		}
		if a := h.do(method, strings.Replace(path, operationJobs, deadLetterJobs, 1), ""); a.status != http.StatusNotFound {
			t.Errorf("in the other list: %d %s", a.status, a.text)
		}
	}
	if a := h.by(other, "GET", operationJobs, ""); len(a.value("items").([]any)) != 0 {
		t.Errorf("another partner lists %s", a.text)
	}
	if a := h.do("POST", operationJobs+"/"+id+"/stop", ""); a.status != http.StatusOK || a.field("status") != "finished" {
		t.Errorf("stopped behind its end: %d %s", a.status, a.text)
	}
	if got := h.audited(); !slices.ContainsFunc(got, func(line string) bool {
		return strings.HasPrefix(line, "client:demo created job ")
	}) {
		t.Errorf("no entry in\n%s", strings.Join(got, "\n"))
	}
	reads := h.tokenFor(app.DemoClient, app.DemoSecret, "resource_operation:read webhook:read")
	for _, path := range []string{operationJobs, operationJobs + "/" + id + "/stop", deadLetterJobs, deadLetterJobs + "/" + id + "/stop"} {
		if a := h.by(reads, "POST", path, ""); a.status != http.StatusForbidden {
			t.Errorf("whoever may only read: %d %s", a.status, a.text)
		}
	}
}
