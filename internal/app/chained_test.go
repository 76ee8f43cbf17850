package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// hire is the body of a new driver.
func (h *house) hire(username string) string {
	return fmt.Sprintf(`{"connection_id":"%s","username":%q,"first_name":"Nils","last_name":"Holm","is_driver":true}`,
		h.ids.Connection, username)
}

// messageTo is the body of a message to somebody else than the demo's driver.
func (h *house) messageTo(to, text string) string {
	return strings.Replace(h.message(text), h.ids.Recipient.String(), to, 1)
}

// hired are the ids of simulated drivers by their usernames, those who have none left out.
func (h *house) hired() map[string][]string {
	h.t.Helper()
	all := map[string][]string{}
	for _, o := range h.objects("drivers") {
		if name := o.text("username"); name != "" {
			all[name] = append(all[name], o.text("id"))
		}
	}
	return all
}

// object is what a simulator holds.
type object map[string]any

// text writes a member as ids are written.
func (o object) text(name string) string {
	switch v := o[name].(type) {
	case nil:
		return ""
	case float64:
		return fmt.Sprintf("%.0f", v)
	default:
		return fmt.Sprint(v)
	}
}

// objects are those of one of the simulator's collections.
func (h *house) objects(of string) []object {
	h.t.Helper()
	var list struct {
		Items []object `json:"items"`
	}
	if err := json.Unmarshal([]byte(h.simulated("GET", "/_sim/objects/"+of, "")), &list); err != nil {
		h.t.Fatal(err)
	}
	return list.Items
}

// toldDriver lists the texts that the simulator has for a driver, in their order.
func (h *house) toldDriver(driver string) (texts []string) {
	h.t.Helper()
	for _, o := range h.objects("messages") {
		if o.text("driverId") == driver {
			texts = append(texts, o.text("text"))
		}
	}
	return texts
}

func TestAWriteNamesACreateThatIsPendingAndIsSentOnceThatIsMade(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/reset", "")
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST","path_prefix":"/fleet/drivers"},"fault":"status","status":503,"times":2}`)
	driver := h.do("POST", users, h.hire("nils")).field("id")
	var waiting []string
	for _, text := range []string{"welcome", "and good luck"} {
		a := h.do("POST", messages, h.messageTo(driver, text), keyHeader, text)
		if a.status != http.StatusAccepted {
			t.Fatalf("%d %s", a.status, a.text)
		}
		waiting = append(waiting, a.field("id"))
	}
	again := h.do("POST", messages, h.messageTo(driver, "welcome"), keyHeader, "welcome")
	if again.field("id") != waiting[0] || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("repeated: %d %s", again.status, again.text)
	}
	waiting = append(waiting, h.do("PATCH", users+"/"+driver, fmt.Sprintf(`{"connection_id":"%s","notes":"new"}`, h.ids.Connection)).field("id"))
	list := h.do("GET", operations+"?reason=behind", "").text
	if n := strings.Count(list, `"behind":"`+driver+`"`); n != 3 {
		t.Errorf("%d wait for the create: %s", n, list)
	}
	made := h.ended(driver)
	for _, id := range waiting {
		if end := h.ended(id); end.field("status") != "success" {
			t.Errorf("it ended as %s", end.text)
		}
	}
	late := h.do("POST", messages, h.messageTo(driver, "by its operation")).field("id")
	own := h.do("POST", messages, h.messageTo(made.field("resource_id"), "by its own id")).field("id")
	first := h.ended(waiting[0]).value("payload").(map[string]any)
	if first["recipient_id"] != made.field("resource_id") || first["source_recipient_id"] != made.field("source_id") {
		t.Errorf("the payload became %v", first)
	}
	if end := h.ended(waiting[2]); end.field("resource_id") != made.field("resource_id") {
		t.Errorf("the update is of %s", end.text)
	}
	h.ended(late)
	h.ended(own)
	if ids := h.hired()["nils"]; len(ids) != 1 || !slices.Equal(h.toldDriver(ids[0]),
		[]string{"welcome", "and good luck", "by its operation", "by its own id"}) {
		t.Errorf("drivers %v were told %q", ids, h.toldDriver(ids[0]))
	}
}

func TestWhatNamesACreateFailsWithItAndSaysSo(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, status := range []int{503, 400} {
		h.simulated("POST", "/_sim/faults", fmt.Sprintf(
			`{"match":{"method":"POST","path_prefix":"/fleet/drivers"},"fault":"status","status":%d,"times":1}`, status))
	}
	driver := h.do("POST", users, h.hire("nils")).field("id")
	wait := h.do("POST", messages, h.messageTo(driver, "welcome"))
	if wait.status != http.StatusAccepted {
		t.Fatalf("%d %s", wait.status, wait.text)
	}
	answers := h.do("POST", messages, strings.Replace(h.message("I do not"), "{", `{"reply_to_message_id":"`+wait.field("id")+`",`, 1))
	h.ended(driver)
	end := h.ended(wait.field("id"))
	if end.field("status") != "failed" || end.field("reason") != "reference_failed" ||
		!strings.Contains(end.text, "not sent: operation "+driver+", for whose record recipient_id stands, has failed") {
		t.Errorf("it ended as %s", end.text)
	}
	if end := h.ended(answers.field("id")); end.field("reason") != "reference_failed" ||
		!strings.Contains(end.text, "operation "+wait.field("id")+", for whose record reply_to_message_id stands, has failed") {
		t.Errorf("what names it ended as %s", end.text)
	}
	h.events(6)
	a := h.do("POST", messages, h.messageTo(driver, "too late"))
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.text, `"path":"recipient_id"`) ||
		!strings.Contains(a.text, "has failed; retry it, and name the retry") {
		t.Errorf("named after its end: %d %s", a.status, a.text)
	}
	retry := h.do("POST", h.on(driver, "retry"), "").field("id")
	if a := h.do("POST", messages, h.messageTo(driver, "x")); !strings.Contains(a.text, "name operation "+retry) {
		t.Errorf("once it is retried: %d %s", a.status, a.text)
	}
	if end := h.ended(h.do("POST", messages, h.messageTo(retry, "welcome")).field("id")); end.field("status") != "success" {
		t.Errorf("by the retry: %s", end.text)
	}
}

func TestWhatWaitsForACreateIsCancelledAndExpires(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST","path_prefix":"/fleet/drivers"},"fault":"status","status":503}`)
	driver := h.do("POST", users, h.hire("nils")).field("id")
	late := h.do("POST", messages+"?expires_in=1", h.messageTo(driver, "late")).field("id")
	unwanted := h.do("POST", messages, h.messageTo(driver, "unwanted")).field("id")
	with := h.do("PATCH", users+"/"+driver, fmt.Sprintf(`{"connection_id":"%s","notes":"new"}`, h.ids.Connection)).field("id")
	if a := h.do("POST", h.on(unwanted, "cancel"), ""); a.status != http.StatusOK || a.field("reason") != "cancelled" {
		t.Errorf("%d %s", a.status, a.text)
	}
	if end := h.ended(late); end.field("reason") != "expired" {
		t.Errorf("it ended as %s", end.text)
	}
	// An attempt may be under way, which is told as a conflict.
	h.until("the create is cancelled", func() bool { return h.do("POST", h.on(driver, "cancel"), "").status == http.StatusOK })
	if end := h.ended(with); end.field("reason") != "reference_failed" || !strings.Contains(end.text, "was cancelled") {
		t.Errorf("it ended as %s", end.text)
	}
	if a := h.do("POST", h.on(unwanted, "retry"), ""); a.status != http.StatusUnprocessableEntity ||
		!strings.Contains(a.text, "was cancelled") {
		t.Errorf("retried: %d %s", a.status, a.text)
	}
	if a := h.do("POST", h.on(with, "retry"), ""); a.status != http.StatusConflict || !strings.Contains(a.text, "was cancelled") {
		t.Errorf("an update that is retried: %d %s", a.status, a.text)
	}
}

func TestWhatStandsForNoRecordOfTheCallersIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	driver := h.do("POST", users, h.hire("nils")).field("id")
	note := h.do("POST", messages, h.message("no driver")).field("id")
	for name, c := range map[string]struct{ id, says string }{
		"nobody's":        {uuid.NewString(), "and no write of yours on it has it"},
		"of another kind": {note, "makes a message"},
	} {
		if a := h.do("POST", messages, h.messageTo(c.id, "x")); a.status != http.StatusUnprocessableEntity ||
			!strings.Contains(a.text, `"path":"recipient_id"`) || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	if a := h.do("POST", messages+"?is_sync=true", h.messageTo(driver, "x")); a.status != http.StatusConflict {
		t.Errorf("sync: %d %s", a.status, a.text)
	}
	if a := h.do("PATCH", vehicles+"/"+driver, fmt.Sprintf(`{"connection_id":"%s","notes":"x"}`, h.ids.Connection)); a.status != http.StatusNotFound {
		t.Errorf("an update of another kind: %d %s", a.status, a.text)
	}
	stranger, err := h.operator().CreateClient(t.Context(), access.ClientOrder{ID: "other", Owner: "Other"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.operator().SetGrant(t.Context(), access.GrantOrder{Partner: "Other", Fleet: "Demo Freight", FleetRef: "demo",
		Levels: map[string]string{"all": "read_write"}}); err != nil {
		t.Fatal(err)
	}
	h.token = h.tokenFor("other", stranger, "")
	if a := h.do("POST", messages, h.messageTo(driver, "x")); a.status != http.StatusUnprocessableEntity ||
		!strings.Contains(a.text, "and no write of yours on it has it") {
		t.Errorf("another partner: %d %s", a.status, a.text)
	}
}

func TestADryRunShowsWhereTheRecordWillStandThatIsMadeYet(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	driver := h.do("POST", users, h.hire("nils")).field("id")
	placeholder := string(tsp.MadeBy(uuid.MustParse(driver)))
	a := h.do("POST", messages+"?dry_run=true", h.messageTo(driver, "welcome"))
	p := a.previewed()
	if len(p.Requests) != 1 || !strings.Contains(*p.Requests[0].Request.Body, placeholder) ||
		!slices.Contains(p.Requests[0].Placeholders, placeholder) || p.References[1].SourceID != tsp.MadeBy(uuid.MustParse(driver)) ||
		!strings.Contains(a.text, `"behind":{"operation_id":"`+driver+`"`) {
		t.Errorf("%s", a.text)
	}
	a = h.do("PATCH", users+"/"+driver+"?dry_run=true", fmt.Sprintf(`{"connection_id":"%s","notes":"x"}`, h.ids.Connection))
	p = a.previewed()
	if n := len(p.Requests); n == 0 || !strings.HasSuffix(p.Requests[n-1].Request.URL, "/fleet/drivers/"+placeholder) {
		t.Errorf("%s", a.text)
	}
}

func TestTheCommandsOfThePageOnChainingDoWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"POST","path_prefix":"/fleet/drivers"},"fault":"status","status":503,"times":2}`)
	pending := h.do("POST", users, h.hire("other")).field("id")
	says(t, h.commandsOf("chaining.md", 2, "DRIVER="+pending),
		[]string{`"status":"success"`, `Welcome aboard`, `"source_recipient_id":"`}, []string{`"status":"pending"`, `"operation_type":"update"`})
	if ids := h.hired()["nils"]; len(ids) != 1 || len(h.toldDriver(ids[0])) != 1 {
		t.Errorf("%v was told %q", ids, h.toldDriver(ids[0]))
	}
}
