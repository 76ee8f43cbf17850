package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestEverythingAcknowledgedIsFoundAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	clock := newWatch()
	first := start(t, simkit.Options{Dir: dir, Now: clock.time}).as(service)
	first.set("Device", `{"id":"b1","comment":"n","odometerOffset":9007199254740993}`)
	first.add("Device", newVehicle)
	first.add("User", newUser)
	first.add("UserHosRuleSet", newRuleSet)
	first.add("DVIRLog", newDVIR)
	first.add("TextMessage", newText)
	first.add("FuelTransaction", newFuel)
	first.must("Remove", `{"typeName":"Device","entity":{"id":"b6"}}`)

	second := start(t, simkit.Options{Dir: dir, Now: clock.time}) // the first was not closed, as after kill -9
	second.credentials = first.credentials
	if diff := cmp.Diff(first.everything(), second.everything()); diff != "" {
		t.Error(diff)
	}
	second.rpc("Add", `{"typeName":"User","entity":`+newUser+`}`).refused(t, "DuplicateUserException")
	second.rpc("Add", `{"typeName":"FuelTransaction","entity":`+newFuel+`}`).refused(t, duplicate)
	second.as("jo.doe@example.com correct-horse-7")
	if id := second.add("Device", newVehicle); id != "bB" {
		t.Errorf("the id %s was given, want bB", id)
	}
}

func TestTheSeedIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	clock := newWatch()
	one, two := start(t, simkit.Options{Now: clock.time}), start(t, simkit.Options{Now: clock.time})
	if diff := cmp.Diff(one.everything(), two.everything()); diff != "" {
		t.Error(diff)
	}
	for collection, n := range map[string]int{
		"vehicles": 6, "trailers": 3, "devices": 9, "users": 10, "drivers": 6, "text-messages": 4, "driver-changes": 5, "dvir-logs": 0,
	} {
		if got := len(one.objects(collection)); got != n {
			t.Errorf("%d %s, want %d", got, collection, n)
		}
	}
	if got := one.do("GET", "/_sim/objects/_sessions", ""); got.status != 404 {
		t.Errorf("sessions are shown: %d", got.status)
	}
}

func TestAResetBringsBackTheSeed(t *testing.T) {
	t.Parallel()
	s := start(t, simkit.Options{Now: newWatch().time})
	before := s.everything()
	in := s.as(service)
	in.add("Device", newVehicle)
	in.must("Remove", `{"typeName":"Device","entity":{"id":"b1"}}`)
	s.do("POST", "/_sim/reset", "")
	if diff := cmp.Diff(before, s.everything()); diff != "" {
		t.Error(diff)
	}
	in.rpc("Get", `{"typeName":"Device"}`).refused(t, "InvalidUserException")
}
