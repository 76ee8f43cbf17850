package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

var (
	assignmentRequired = []string{"driverId", "vehicleId"}
	assignmentChange   = []string{"driverId", "vehicleId", "startTime"}
	assignmentFilters  = []string{"filterBy", "startTime", "endTime", "driverIds", "vehicleIds", "driverTagIds", "vehicleTagIds",
		"assignmentType", "after"}
)

// assignmentShape is the body of POST and PATCH /fleet/driver-vehicle-assignments. Only a PATCH may set endTime to null,
// which makes the assignment an ongoing one.
func assignmentShape(end simkit.Rule) simkit.Shape {
	return simkit.Shape{
		"driverId": simkit.String(1, 0), "vehicleId": simkit.String(1, 0), "startTime": rfc3339, "endTime": end,
		"assignedAtTime": rfc3339, "isPassenger": simkit.Bool, "metadata": simkit.Nested(simkit.Shape{"sourceName": simkit.String(0, 100)}),
	}
}

// postAssignment stores an assignment. Vehicle, driver and start name it: one that goes on gets the new end, as the FAQ
// on assignments says (https://developers.samsara.com/docs/driver-vehicle-assignment-faqs, read 2026-11-27). Not documented is
// that one which has ended gets another end, or goes on where none is given, as here; nor that an end before the start is refused;
// nor what becomes of others of the vehicle at that time: here they stay.
func postAssignment(tx *simkit.Tx, c *simkit.Call) (any, error) {
	o := simkit.Object{"isPassenger": false, "assignmentType": "external", "assignedAtTime": timestamp(tx.Now()),
		"startTime": timestamp(tx.Now())}
	copyMembers(o, c.Body, "startTime", "endTime", "isPassenger", "metadata", "assignedAtTime")
	id, err := nameAssignment(tx, c.Body, o)
	if err == nil {
		err = keepAssignment(tx, id, o)
	}
	return data(simkit.Object{"message": "Driver assignment was successfully submitted"}), err
}

// patchAssignment changes an assignment that was made through the API.
func patchAssignment(tx *simkit.Tx, c *simkit.Call) (any, error) {
	o := simkit.Object{"startTime": c.Body["startTime"]}
	id, err := nameAssignment(tx, c.Body, o)
	if err != nil {
		return nil, err
	}
	i, ok := tx.Get(driverAssignments, id)
	if !ok {
		return nil, simkit.Missing()
	}
	copyMembers(o, i.Object, "assignmentType", "endTime", "isPassenger", "metadata", "assignedAtTime")
	copyMembers(o, c.Body, "endTime", "isPassenger", "metadata", "assignedAtTime")
	if o["endTime"] == nil {
		delete(o, "endTime")
	}
	return data(simkit.Object{"message": "Driver assignment was successfully updated"}), keepAssignment(tx, id, o)
}

// nameAssignment puts vehicle, driver and start into an assignment and returns what names it in the store.
func nameAssignment(tx *simkit.Tx, body, o simkit.Object) (string, error) {
	vehicle, err := lookUpAsset(tx, classVehicle, simkit.Text(body, "vehicleId"))
	if err != nil {
		return "", simkit.Invalid("vehicleId: there is no vehicle %q", simkit.Text(body, "vehicleId"))
	}
	driver, err := lookUp(tx, drivers, simkit.Text(body, "driverId"))
	if err != nil {
		return "", simkit.Invalid("driverId: there is no driver %q", simkit.Text(body, "driverId"))
	}
	tinyVehicle, tinyDriver := simkit.Object{"id": vehicle.ID}, simkit.Object{"id": driver.ID}
	copyMembers(tinyVehicle, vehicle.Object, "name")
	copyMembers(tinyDriver, driver.Object, "name")
	o["vehicle"], o["driver"] = tinyVehicle, tinyDriver
	o["startTime"] = timestamp(moment(simkit.Text(o, "startTime")))
	return strings.Join([]string{vehicle.ID, driver.ID, simkit.Text(o, "startTime")}, " "), nil
}

func keepAssignment(tx *simkit.Tx, id string, o simkit.Object) error {
	if end := simkit.Text(o, "endTime"); end != "" && !moment(end).After(moment(simkit.Text(o, "startTime"))) {
		return simkit.Invalid("endTime must be after startTime")
	}
	return tx.Put(driverAssignments, id, o)
}

// moment is a time that the shape has let pass.
func moment(text string) time.Time {
	at, _ := time.Parse(time.RFC3339Nano, text)
	return at
}

// listAssignments shows the assignments that fall into a span of time, which is now unless it is given. Those of other
// sources, which may count for more than those of the API, are not simulated.
func listAssignments(tx *simkit.Tx, c *simkit.Call) (any, error) {
	if by := c.Query.Get("filterBy"); by != "drivers" && by != "vehicles" {
		return nil, simkit.Invalid("filterBy must be drivers or vehicles")
	}
	span := [2]time.Time{tx.Now(), tx.Now()}
	for n, name := range []string{"startTime", "endTime"} {
		if !c.Query.Has(name) {
			continue
		}
		var err error
		if span[n], err = time.Parse(time.RFC3339Nano, c.Query.Get(name)); err != nil {
			return nil, simkit.Invalid("%s must be a time in RFC 3339 format", name)
		}
	}
	vehicles, people, kind := c.Listed("vehicleIds"), c.Listed("driverIds"), c.Query.Get("assignmentType")
	keep := func(i *simkit.Item) bool {
		end := simkit.Text(i.Object, "endTime")
		return !moment(simkit.Text(i.Object, "startTime")).After(span[1]) && (end == "" || !moment(end).Before(span[0])) &&
			names(vehicles, i.Object, "vehicle") && names(people, i.Object, "driver") && (kind == "" || kind == "external")
	}
	return listing{driverAssignments, pageSize, keep, showStored}.page(tx, c)
}

// names tells whether a filter lets pass whom an assignment names; an empty one lets pass all.
func names(wanted []string, o simkit.Object, member string) bool {
	tiny, _ := o[member].(simkit.Object)
	return len(wanted) == 0 || slices.Contains(wanted, simkit.Text(tiny, "id"))
}
