package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// previewed is what of the answer to a dry run the tests look at.
type previewed struct {
	Requests   []tsp.Planned         `json:"requests"`
	Failure    *operation.Failure    `json:"failure"`
	References []operation.Reference `json:"references"`
	Limits     []operation.Charge    `json:"limits"`
	KnownBy    operation.Knowledge   `json:"known_by"`
	ReplayOf   *uuid.UUID            `json:"replay_of"`
}

func (a answer) previewed() previewed {
	a.t.Helper()
	var p struct {
		ID      string    `json:"id"`
		Preview previewed `json:"preview"`
	}
	if err := json.Unmarshal([]byte(a.text), &p); err != nil || a.status != http.StatusOK || p.ID != "" {
		a.t.Fatalf("%d %s: %v", a.status, a.text, err)
	}
	return p.Preview
}

// traces are what a write leaves: at the TSP, in the list of operations, and among the events.
func (h *house) traces() string {
	h.t.Helper()
	return h.simulated("GET", "/_sim/requests", "") + h.do("GET", operations, "").text
}

func TestADryRunLeavesNothingAndTellsWhatTheWriteThenSends(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.ended(h.do("POST", messages, h.message("before")).field("id"))
	h.events(2)
	before := h.traces()
	p := h.do("POST", messages+"?dry_run=true", h.message("Dock 4 is free"), keyHeader, "one").previewed()
	for _, sync := range []string{"", "&is_sync=true"} {
		body := fmt.Sprintf(`{"connection_id":"%s","vehicle_name":"Truck 12"}`, h.ids.Connection)
		one := h.do("PATCH", vehicles+"/"+h.ids.Vehicle.String()+"?dry_run=true"+sync, body).previewed()
		if len(one.References) != 1 || one.References[0].Path != "id" || len(one.Requests) == 0 || len(one.Limits) == 0 {
			t.Errorf("%+v", one)
		}
	}
	if after := h.traces(); after != before {
		t.Errorf("a dry run leaves traces:\n%s\nbefore:\n%s", after, before)
	}
	if len(p.Requests) != 1 || p.Requests[0].Request.Body == nil || p.Failure != nil || p.KnownBy != operation.KnownToAll {
		t.Fatalf("%+v", p)
	}
	sent := h.do("POST", messages, h.message("Dock 4 is free"), keyHeader, "one")
	if sent.status != http.StatusAccepted || sent.header.Get("Idempotent-Replayed") != "" {
		t.Fatalf("the key of a dry run is used up: %d %s", sent.status, sent.text)
	}
	h.ended(sent.field("id"))
	if asked := h.simulated("GET", "/_sim/requests?method=POST", ""); !strings.Contains(asked, "Dock 4 is free") {
		t.Errorf("the TSP got %s", asked)
	}
	again := h.do("POST", messages+"?dry_run=true", h.message("Dock 4 is free"), keyHeader, "one").previewed()
	if again.ReplayOf == nil || again.ReplayOf.String() != sent.field("id") {
		t.Errorf("a dry run with a key that was used tells %+v", again)
	}
	if got := h.events(4); len(got) != 4 {
		t.Errorf("events: %v", got)
	}
}

func TestStrictIsPartOfWhatAKeyWasGivenFor(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := h.do("POST", messages+"?strict=true", h.message("strictly"), keyHeader, "s")
	if first.status != http.StatusAccepted {
		t.Fatalf("%d %s", first.status, first.text)
	}
	if a := h.do("POST", messages+"?strict=true", h.message("strictly"), keyHeader, "s"); a.field("id") != first.field("id") {
		t.Errorf("%d %s", a.status, a.text)
	}
	for _, query := range []string{"", "?dry_run=true"} {
		if a := h.do("POST", messages+query, h.message("strictly"), keyHeader, "s"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("without strict: %d %s", a.status, a.text)
		}
	}
}

// Whoever may write could otherwise try a thousand passwords a minute, and nobody would notice.
func TestADryRunDoesNotTellWhetherATextIsACredential(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.do("POST", messages+"?dry_run=true", h.message("is it samsara-demo-token?")).previewed()
	if body := *p.Requests[0].Request.Body; !strings.Contains(body, "is it samsara-demo-token?") {
		t.Errorf("the caller's own words are shown as %s", body)
	}
	if p.Requests[0].Request.Headers["Authorization"] != wire.Mask {
		t.Errorf("%v", p.Requests[0].Request.Headers)
	}
}
