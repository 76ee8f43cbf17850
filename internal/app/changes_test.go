package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/demo"
)

// subscribe has the house's receiver told of events, at a path of their own.
func (h *house) subscribe(name string) {
	h.t.Helper()
	body := fmt.Sprintf(`{"url":%q,"event_name":%q,"secret":%q}`, h.receiver()+"changes", name, string(demo.Hook))
	if a := h.do("POST", "/v2/notifications/webhooks", body); a.status != http.StatusOK {
		h.t.Fatalf("%d %s", a.status, a.text)
	}
}

// told are the events about a record that have arrived, by name, each with its data.
func (h *house) told(id string) map[string]string {
	h.t.Helper()
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	all := map[string]string{}
	for _, one := range h.hooks.got {
		var body struct {
			Data []jsontext.Value `json:"data"`
		}
		if err := json.Unmarshal(one.body, &body); err != nil || len(body.Data) != 1 {
			h.t.Fatalf("%s: %v", one.body, err)
		}
		var data struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(body.Data[0], &data); err != nil {
			h.t.Fatal(err)
		}
		if data.ID == id {
			all[one.header.Get("X-Event-Type")] = string(body.Data[0])
		}
	}
	return all
}

func TestAReceiverHearsWhatImportsSeeChange(t *testing.T) {
	t.Parallel()
	h := open(t)
	all := h.list(vehicles)
	id := h.ids.Vehicle.String()
	gone := all.ids()[slices.IndexFunc(all.ids(), func(one string) bool { return one != id })]
	h.subscribe("vehicle.*")
	source := h.do("GET", vehicles+"/"+id, "").field("source_id")
	h.answers(200,
		fmt.Sprintf(`{"data":[{"id":%q,"name":"Renamed"}],"pagination":{"endCursor":"","hasNextPage":false}}`, source))
	h.imported()
	h.until("the receiver was told", func() bool {
		return h.told(id)["vehicle.modified"] != "" && h.told(gone)["vehicle.removed"] != ""
	})
	for event, path := range map[string]string{"vehicle.modified": id, "vehicle.removed": gone} {
		if diff := cmp.Diff(h.do("GET", vehicles+"/"+path, "").text, h.told(path)[event]); diff != "" {
			t.Errorf("%s (-read +told):\n%s", event, diff)
		}
	}
	h.simulated("DELETE", "/_sim/faults", "")
	h.imported()
	h.until("the receiver was told that it is there again", func() bool { return h.told(gone)["vehicle.added"] != "" })
	h.imported()
	if n := len(h.told(id)) + len(h.told(gone)); n != 3 {
		t.Errorf("told of %v and %v", h.told(id), h.told(gone))
	}
}

func TestAReceiverHearsOfARecordThatAWriteMadeOrChanged(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.subscribe("message.*")
	message := h.ended(h.do("POST", messages, h.message("told")).field("id")).field("resource_id")
	h.until("the receiver was told", func() bool { return h.told(message)["message.added"] != "" })
	read := h.list(messages)
	of := slices.Index(read.ids(), message)
	if diff := cmp.Diff(any(read.Items[of]), parsed(t, h.told(message)["message.added"])); diff != "" {
		t.Errorf("(-read +told):\n%s", diff)
	}
}

func parsed(t *testing.T, text string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
