package simtest

import (
	"net/http"
	"strconv"
)

// Objects reads a collection.
func (s *Sim) Objects(collection string) []map[string]any {
	s.t.Helper()
	return s.items("objects/" + collection)
}

// Requests are the recorded requests, oldest first.
func (s *Sim) Requests() []map[string]any {
	s.t.Helper()
	return s.items("requests")
}

// Faults are the faults that are still active.
func (s *Sim) Faults() []map[string]any {
	s.t.Helper()
	return s.items("faults")
}

// Fault makes the simulator misbehave; the fault is the JSON of a simkit.Fault.
func (s *Sim) Fault(fault string) {
	s.t.Helper()
	s.Admin("POST", "faults", fault)
}

// Turn turns switches on.
func (s *Sim) Turn(names ...string) {
	s.t.Helper()
	for _, name := range names {
		s.Switch(name, true)
	}
}

// Switch turns a switch on or off.
func (s *Sim) Switch(name string, on bool) {
	s.t.Helper()
	s.Admin("POST", "switches", `{"`+name+`":`+strconv.FormatBool(on)+`}`)
}

// Admin asks something of the admin side that it cannot refuse; the path goes on behind /_sim/.
func (s *Sim) Admin(method, path, body string) Reply {
	s.t.Helper()
	got := s.Do(method, "/_sim/"+path, body)
	if got.Status < http.StatusOK || got.Status >= http.StatusMultipleChoices {
		s.t.Fatalf("%s /_sim/%s %s answered %d %s", method, path, body, got.Status, got.Text)
	}
	return got
}

func (s *Sim) items(path string) []map[string]any {
	s.t.Helper()
	var list struct {
		Items []map[string]any `json:"items"`
	}
	s.Admin("GET", path, "").Into(s.t, &list)
	return list.Items
}
