package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// holds checks some members of an entity.
func holds(t *testing.T, o map[string]any, want map[string]any) {
	t.Helper()
	got := map[string]any{}
	for name := range want {
		got[name] = o[name]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%v: %s", o["id"], diff)
	}
}

func refs(list ...string) []any {
	var out []any
	for _, id := range list {
		out = append(out, map[string]any{"id": id})
	}
	return out
}

func TestSetKeepsWhatIsNullOrMissingAndReplacesLists(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	s.set("Device", `{"id":"b1","name":null,"comment":"n","licensePlate":null,"groups":[{"id":"b2782"},{"id":"GroupVehicleId"}]}`)
	holds(t, s.one("Device", "b1"), map[string]any{
		"name": "Truck 101", "comment": "n", "licensePlate": "8DF1101", "groups": refs("b2782", "GroupVehicleId"),
	})
	s.set("Device", `{"id":"b1","comment":""}`)
	holds(t, s.one("Device", "b1"), map[string]any{"comment": "", "groups": refs("b2782", "GroupVehicleId")})
	changes := s.Objects("changes")
	if len(changes) != 2 || changes[1]["id"] != "b1" || changes[1]["collection"] != "devices" {
		t.Errorf("changes = %v", changes)
	}
}

func TestTheSerialNumberTellsTheTypeOfADevice(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	for serial, want := range map[string]string{
		"G7ABC0000001": "GO7", "g9abc0000002": "GO9", "GAABC0000003": "GO9", "CX1234567890": "CustomVehicleDevice", "": "None",
	} {
		got := s.one("Device", s.add("Device", with(newVehicle, `"serialNumber":"`+serial+`"`)))
		holds(t, got, map[string]any{"deviceType": want, "serialNumber": strings.ToUpper(serial), "groups": refs("GroupCompanyId", "GroupVehicleId"),
			"timeZoneId": "UTC", "activeTo": "2050-01-01T00:00:00.000Z", "workTime": "WorkTimeStandardHoursId"})
		if _, tank := got["fuelTankCapacity"]; tank != (serial != "") {
			t.Errorf("%q: fuelTankCapacity is there: %v", serial, tank)
		}
	}
}

func TestATrailerIsADevice(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	id := s.add("Trailer", newTrailer)
	holds(t, s.one("Device", id), map[string]any{"name": "Trailer 301", "groups": refs("b2781", "GroupTrailerId")})
	other := s.add("Device", change(newVehicle, "groups", `[{"id":"b2781"},{"id":"GroupTrailerId"}]`))
	holds(t, s.one("Trailer", other), map[string]any{"name": "Truck 301", "comment": ""})
	s.set("Trailer", `{"id":"`+id+`","name":"Trailer 302"}`)
	holds(t, s.one("Device", id), map[string]any{"name": "Trailer 302"})
	s.Holds("two were added", map[string]int{"trailers": 5})
}

func TestOnlyDriversHaveWhatDriversHave(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	holds(t, s.one("User", "b2"), map[string]any{"isDriver": true, "licenseNumber": "D4488200", "driverGroups": refs("b2781")})
	s.set("User", `{"id":"b2","isDriver":false}`)
	user := s.one("User", "b2")
	for _, name := range []string{"driverGroups", "licenseNumber", "licenseProvince", "keys", "viewDriversOwnDataOnly"} {
		if v, there := user[name]; there {
			t.Errorf("%s = %v", name, v)
		}
	}
	if _, there := s.one("User", "b8")["licenseNumber"]; there {
		t.Error("the supervisor has a licence")
	}
}

func TestARuleSetIsInForceFromItsTimeOn(t *testing.T) {
	t.Parallel()
	s := start(t).as(service)
	holds(t, s.one("User", "b2"), map[string]any{"hosRuleSet": "America8Day"})
	id := s.add("UserHosRuleSet", change(newRuleSet, "dateTime", `"2026-11-24T13:00:00.000Z"`))
	holds(t, s.one("User", "b2"), map[string]any{"hosRuleSet": "America8Day"})
	s.Clock.Advance(time.Hour)
	holds(t, s.one("User", "b2"), map[string]any{"hosRuleSet": "America7DayBig"})
	holds(t, s.one("UserHosRuleSet", id), map[string]any{"user": map[string]any{"id": "b2"}, "hosRuleSet": map[string]any{"id": "HosRuleSetAmerica7DayBig"}})
}

func TestAMessageIsSentThenDeliveredThenRead(t *testing.T) {
	t.Parallel()
	s := start(t).as(service)
	id := s.add("TextMessage", newText)
	late := s.add("TextMessage", with(newText, `"activeTo":"2026-11-24T12:00:01.000Z"`))
	for _, c := range []struct {
		after  time.Duration
		states string
	}{{0, ""}, {5 * time.Second, "sent"}, {25 * time.Second, "sent delivered"}, {2 * time.Minute, "sent delivered read"}} {
		since := s.Clock.Now().Add(time.Millisecond).Format("2006-01-02T15:04:05.000Z")
		s.Clock.Advance(c.after)
		got := s.one("TextMessage", id)
		var states []string
		for _, state := range []string{"sent", "delivered", "read"} {
			if got[state] != nil {
				states = append(states, state)
			}
		}
		if strings.Join(states, " ") != c.states {
			t.Errorf("after %v more: %v", c.after, states)
		}
		if c.after > 0 && !strings.Contains(ids(s.get("TextMessage", `{"modifiedSinceDate":"`+since+`"}`)), id) {
			t.Errorf("after %v more the message does not count as modified", c.after)
		}
	}
	if got := s.one("TextMessage", late); got["sent"] != nil {
		t.Errorf("a message was sent after its activeTo: %v", got)
	}
	if found := ids(s.get("TextMessage", `{"recipientSearch":{"id":"b2"},"isRead":false}`)); found != late {
		t.Errorf("unread are %s", found)
	}
}

func TestARepairStaysAsItWasNoted(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	id := s.add("DVIRLog", with(newDVIR, `"dVIRDefects":[{"defect":{"id":"b278B"}},{"defect":{"id":"b278C"}}]`))
	log := s.one("DVIRLog", id)
	if len(id) != 23 || id[0] != 'a' {
		t.Errorf("the id of a log is %s", id)
	}
	list, _ := log["dVIRDefects"].([]any)
	first, _ := list[0].(map[string]any)
	holds(t, first, map[string]any{"defect": map[string]any{"id": "b278B"}, "repairStatus": "NotRepaired"})
	defect, _ := first["id"].(string)
	repaired := func(status string) string {
		return `{"id":"` + id + `","dVIRDefects":[{"id":"` + defect + `","defect":{"id":"b278B"},"repairStatus":"` + status + `"}]}`
	}
	s.set("DVIRLog", repaired("Repaired"))
	s.set("DVIRLog", repaired("Repaired"))
	for _, change := range []string{repaired("NotRepaired"), repaired("NotNecessary"), `{"id":"` + id + `","dVIRDefects":[]}`, `{"id":"` + id + `","device":{"id":"b2"}}`} {
		s.rpc("Set", entity("DVIRLog", change)).refused(t, badArgument)
	}
}

func TestThePreviousLogCanBeDemandedClosed(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	open := with(newDVIR, `"dVIRDefects":[{"defect":{"id":"b278B"}}]`)
	id := s.add("DVIRLog", open)
	s.add("DVIRLog", change(open, "dateTime", `"2026-11-24T07:00:00.000Z"`))
	s.Turn("close_previous_dvir")
	later := change(newDVIR, "dateTime", `"2026-11-24T18:00:00.000Z"`)
	s.rpc("Add", entity("DVIRLog", later)).refused(t, badArgument)
	s.add("DVIRLog", change(newDVIR, "device", `{"id":"b2"}`))
	s.set("DVIRLog", `{"id":"`+id+`","certifiedBy":{"id":"b2"},"certifyDate":"2026-11-24T09:00:00.000Z"}`)
	s.add("DVIRLog", later)
}

func TestAFuelTransactionIsTakenOnceAndKeptAsGiven(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	id := s.add("FuelTransaction", with(newFuel, `"odometer":160934.4,"cost":612,"sourceData":"a"`))
	holds(t, s.one("FuelTransaction", id), map[string]any{
		"volume": 240.5, "odometer": 160934.4, "cost": 612.0, "currencyCode": "USD", "productType": "Unknown", "device": map[string]any{"id": "b1"},
	})
	again := `{"typeName":"FuelTransaction","entity":` + with(newFuel, `"odometer":160934.4,"cost":612,"sourceData":"b"`) + `}`
	s.rpc("Add", again).refused(t, duplicate)
	s.add("FuelTransaction", with(newFuel, `"odometer":160934.5,"cost":612`))
}

func TestAFuelTransactionFindsItsDevice(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	bare := without(without(newFuel, "device"), "driver")
	for members, want := range map[string]struct{ device, driver any }{
		`"vehicleIdentificationNumber":"1xkyd49x5kj211456"`:              {map[string]any{"id": "b3"}, "UnknownDriverId"},
		`"serialNumber":"G9ABC0000102"`:                                  {map[string]any{"id": "b2"}, "UnknownDriverId"},
		`"licencePlate":"8DF1104","driverName":"Carlos Mendoza"`:         {map[string]any{"id": "b4"}, map[string]any{"id": "b4"}},
		`"vehicleIdentificationNumber":"unknown","siteName":"elsewhere"`: {"NoDeviceId", "UnknownDriverId"},
	} {
		got := s.one("FuelTransaction", s.add("FuelTransaction", with(bare, members)))
		holds(t, got, map[string]any{"device": want.device, "driver": want.driver})
	}
}

func TestRemovingADeviceRemovesItsData(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	s.add("DVIRLog", newDVIR)
	s.add("FuelTransaction", newFuel)
	s.must("Remove", entity("Device", `{"id":"b1"}`))
	for typ, n := range map[string]int{"Device": 8, "DVIRLog": 1, "FuelTransaction": 1, "DriverChange": 4} {
		if got := len(s.get(typ, `{}`)); got != n {
			t.Errorf("%d of %s are left, want %d", got, typ, n)
		}
	}
	if id := s.add("Device", newVehicle); id != "bA" {
		t.Errorf("the id %s was given", id)
	}
}

func TestADefectListIsATreeOfPartsAndDefects(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	for list, parent := range map[string]string{"b278A": "GroupVehicleDefectsId", "b2800": "GroupTrailerDefectsId"} {
		tree := s.get("Group", `{"id":"`+list+`"}`)
		children := map[string][]any{}
		names := map[string]string{}
		for _, g := range tree {
			id, _ := g["id"].(string)
			children[id], _ = g["children"].([]any)
			names[id], _ = g["name"].(string)
		}
		parts, defects := children[list], 0
		other := false
		for _, v := range parts {
			part, _ := v.(map[string]any)
			id, _ := part["id"].(string)
			defects += len(children[id])
			other = other || names[id] == "Other"
		}
		if len(parts) < 10 || defects < 10 || len(tree) != 1+len(parts)+defects || !other {
			t.Errorf("%s has %d parts and %d defects in %d groups", list, len(parts), defects, len(tree))
		}
		if !strings.Contains(s.must("Get", `{"typeName":"Group","search":{"id":"`+parent+`"}}`).Text, list) {
			t.Errorf("%s is not below %s", list, parent)
		}
	}
}
