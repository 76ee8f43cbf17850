package app_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// pasted finds the commands of a page of docs.
var pasted = regexp.MustCompile("(?ms)^```sh\n(.*?)^```")

// commandsOf runs the commands of a page of docs as they stand, beside the demo's ids and what else they name, and
// returns what they print. wants is how many the test knows.
func (h *house) commandsOf(page string, wants int, names ...string) (said []string) {
	h.t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		h.t.Skip("NOT CHECKED: there is no curl")
	}
	text, err := os.ReadFile("../../docs/" + page)
	if err != nil {
		h.t.Fatal(err)
	}
	names = append(names, "WAYBILL="+h.url, "TOKEN="+h.token, "CONNECTION="+h.ids.Connection.String(),
		"SENDER="+h.ids.Sender.String(), "RECIPIENT="+h.ids.Recipient.String(), "VEHICLE="+h.ids.Vehicle.String(), "NO_PROXY=*")
	for _, block := range pasted.FindAllStringSubmatch(string(text), -1) {
		shell := exec.CommandContext(h.t.Context(), "sh", "-euc", block[1])
		shell.Dir, shell.Env = h.t.TempDir(), append(os.Environ(), names...)
		out, err := shell.CombinedOutput()
		if err != nil {
			h.t.Fatalf("%s: %v, %s", block[1], err, out)
		}
		said = append(said, string(out))
	}
	if len(said) != wants {
		h.t.Fatalf("%s has %d commands, and the test knows %d", page, len(said), wants)
	}
	return said
}

// says fails unless each command printed its parts.
func says(t *testing.T, said []string, parts ...[]string) {
	t.Helper()
	for i, want := range parts {
		for _, part := range want {
			if !strings.Contains(said[i], part) {
				t.Errorf("the command %d does not say %s: %s", i+1, part, said[i])
			}
		}
	}
}

func TestTheCommandsOfThePageOnPreviewsDoWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	says(t, h.commandsOf("preview.md", 3),
		[]string{`"preview":{`, `Dock 4 is free`, `"dropped":["sender_id"]`, `"Authorization":"*****"`},
		[]string{"422\n", `"path":"priority"`, `"error_type":"dropped_by_tsp"`},
		[]string{`"preview":{`, `"method":"PATCH"`, `Truck 12`, `"path":"id"`})
	if list := h.do("GET", operations, ""); strings.Contains(list.text, `"operation_type"`) {
		t.Errorf("the commands leave %s", list.text)
	}
}

func TestTheCommandOfThePageOnExchangesDoesWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.do("POST", messages, h.message("Dock 4 is free")).field("id")
	h.ended(id)
	says(t, h.commandsOf("exchanges.md", 1, "OPERATION="+id),
		[]string{`"exchanges":[{"purpose":"send"`, `Dock 4 is free`, `"Authorization":"*****"`, `"exchanges_absent":null`})
}

func TestTheCommandsOfThePageOnWritesDoWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"method":"PATCH"},"fault":"status","status":503}`)
	waits := h.do("PATCH", vehicles+"/"+h.ids.Vehicle.String(),
		fmt.Sprintf(`{"connection_id":"%s","vehicle_name":"Truck 12"}`, h.ids.Connection))
	says(t, h.commandsOf("writes.md", 2, "KEY=page", "MESSAGE="+h.message("Dock 4 is free")),
		[]string{`"status":"success"`, `Dock 4 is free`},
		[]string{waits.field("id"), `"status":"pending"`, `"progress":{`, `"deadline":"2`})
}

func TestTheCommandsOfThePageOnStoppingDoWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.slow("PATCH")
	var waits string
	for _, name := range []string{"under way", "to be cancelled"} {
		waits = h.renames("?verify=true", name).field("id")
	}
	// What the page writes first is newer than what it retries.
	says(t, h.commandsOf("stopping.md", 5, "OPERATION="+waits),
		[]string{`"expires_at":`}, []string{`"reason":"cancelled"`}, []string{`"code":409`, `"fields":["vehicle_name"]`}, []string{`"preview":{`, `"purpose":"read_back"`},
		[]string{`"retry_of":"` + waits, `"verification":{"status":"pending"`})
}

func TestTheCommandOfThePageOnTryingDoesWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.down(true)
	id := h.waitsFor("Dock 4 is free", 1500*time.Millisecond)
	h.down(false)
	says(t, h.commandsOf("trying.md", 1, "OPERATION="+id), []string{id, `"status":"pending"`, `"progress":{`})
	if end := h.ended(id); end.field("status") != "success" {
		t.Errorf("it ended as %s", end.text)
	}
}

func TestTheCommandsOfThePageOnBatchesDoWhatTheySay(t *testing.T) {
	t.Parallel()
	h := open(t)
	says(t, h.commandsOf("batch.md", 2),
		[]string{`{"line":1,"ref":"a","status":202,"body":{"id":`, `{"line":2,"ref":"b","status":202,`,
			`{"line":3,"ref":"c","status":422,"body":{"code":422,`, `{"end":"complete","lines":3,"accepted":2,"replayed":0,"refused":1}`},
		[]string{`"recipient_id":`, `{"end":"complete","lines":3,"accepted":3,"replayed":0,"refused":0}`})
}

func TestTheCommandsOfThePageOnJobsDoWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.job(operationJobs, "retry", `"resource":"trailer"`)
	h.finished(operationJobs, id)
	says(t, h.commandsOf("jobs.md", 4, "JOB="+id, "KEY=page"),
		[]string{`"action":"cancel"`, `"matched":0`},
		[]string{`"id":`, `"status":"running"`},
		[]string{id, `"status":"finished"`, `"refusals":[]`},
		[]string{id, `"status":"finished"`})
}

func TestTheCommandsOfThePageOnVerifyingDoWhatItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	says(t, h.commandsOf("verifying.md", 2),
		[]string{`"verification":{"status":"complete"`, `"applied":["license_plate_number","vehicle_name"]`},
		[]string{`"sync_events":true`, `"verify_writes":true`})
}
