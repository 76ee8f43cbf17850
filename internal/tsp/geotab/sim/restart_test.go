package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestEverythingAcknowledgedIsFoundAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, simtest.In(dir)).as(service)
	first.set("Device", `{"id":"b1","comment":"n","odometerOffset":9007199254740993}`)
	first.add("Device", newVehicle)
	first.add("User", newUser)
	first.add("UserHosRuleSet", newRuleSet)
	first.add("DVIRLog", newDVIR)
	first.add("TextMessage", newText)
	first.add("FuelTransaction", newFuel)
	first.must("Remove", entity("Device", `{"id":"b6"}`))

	// The first was not closed, as after kill -9.
	second := start(t, simtest.In(dir), simtest.Limited).bearing(first.credentials)
	if diff := cmp.Diff(first.everything(), second.everything()); diff != "" {
		t.Error(diff)
	}
	second.rpc("Add", entity("User", newUser)).refused(t, "DuplicateUserException")
	second.rpc("Add", entity("FuelTransaction", newFuel)).refused(t, duplicate)
	second.as("jo.doe@example.com correct-horse-7")
	if id := second.add("Device", newVehicle); id != "bB" {
		t.Errorf("the id %s was given, want bB", id)
	}
}

func TestTheSeedIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	one, two := start(t), start(t)
	if diff := cmp.Diff(one.everything(), two.everything()); diff != "" {
		t.Error(diff)
	}
	one.Holds("seeded", map[string]int{
		"vehicles": 6, "trailers": 3, "devices": 9, "users": 10, "drivers": 6, "text-messages": 4, "driver-changes": 5, "dvir-logs": 2,
		"fuel-transactions": 2, "properties": 10, "property-sets": 1,
	})
	if got := one.Do("GET", "/_sim/objects/_sessions", ""); got.Status != 404 {
		t.Errorf("sessions are shown: %d", got.Status)
	}
}

func TestAResetBringsBackTheSeed(t *testing.T) {
	t.Parallel()
	s := start(t)
	before := s.everything()
	in := s.as(service)
	in.add("Device", newVehicle)
	in.must("Remove", entity("Device", `{"id":"b1"}`))
	s.Admin("POST", "reset", "")
	if diff := cmp.Diff(before, s.everything()); diff != "" {
		t.Error(diff)
	}
	in.rpc("Get", `{"typeName":"Device"}`).refused(t, "InvalidUserException")
}
