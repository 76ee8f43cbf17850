package app_test

import (
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp/all"
)

func TestNoTwoSimulatorsShareAPort(t *testing.T) {
	t.Parallel()
	taken := map[int]string{}
	for _, s := range all.Simulators() {
		if other, ok := taken[s.Info.PortOffset]; ok || s.Info.PortOffset < 1 {
			t.Errorf("%s listens on the port of %q: offset %d", s.Info.Name, other, s.Info.PortOffset)
		}
		taken[s.Info.PortOffset] = s.Info.Name
	}
}

// sent counts the simulated messages with a text.
func (h *house) sent(text string) int {
	h.t.Helper()
	n := 0
	for _, t := range h.texts() {
		if t == text {
			n++
		}
	}
	return n
}

// texts lists the texts of all simulated messages but the drivers' own.
func (h *house) texts() []string {
	h.t.Helper()
	var list struct {
		Items []struct {
			Text   string `json:"text"`
			Sender struct {
				Type string `json:"type"`
			} `json:"sender"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(h.simulated("GET", "/_sim/objects/messages", "")), &list); err != nil {
		h.t.Fatal(err)
	}
	var all []string
	for _, m := range list.Items {
		if m.Sender.Type != "driver" {
			all = append(all, m.Text)
		}
	}
	return all
}

// patches counts the PATCH requests that the simulator received.
func (h *house) patches() int {
	h.t.Helper()
	return strings.Count(h.simulated("GET", "/_sim/requests?method=PATCH", ""), `"method":"PATCH"`)
}
