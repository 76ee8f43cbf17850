package sim

import (
	"slices"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// dvirIDs is what the ids of DVIRs are counted from.
const dvirIDs = 7107000

var (
	dvirRequired = []string{"authorId", "safetyStatus", "type"}
	dvirFilters  = []string{"startTime", "endTime", "limit", "after", "tagIds"}
)

// dvirShape is the body of POST /fleet/dvirs: a mechanic's DVIR, without time, driver or new defects.
func dvirShape() simkit.Shape {
	return simkit.Shape{
		"authorId": simkit.String(1, 0), "safetyStatus": simkit.Enum("safe", "unsafe"), "type": simkit.Enum("mechanic"),
		"vehicleId": simkit.String(1, 0), "trailerId": simkit.String(1, 0), "licensePlate": simkit.String(0, 12),
		"location": simkit.String(0, 0), "mechanicNotes": simkit.String(0, 0), "odometerMeters": count,
		"resolvedDefectIds": simkit.List(simkit.String(1, 0)),
	}
}

// postDVIR stores a DVIR, signed by its author now. Defects come from the driver app only, so none can be resolved.
func postDVIR(tx *simkit.Tx, c *simkit.Call) (any, error) {
	author, ok := tx.Get(users, simkit.Text(c.Body, "authorId"))
	if !ok {
		return nil, simkit.Invalid("authorId: there is no user %q", simkit.Text(c.Body, "authorId"))
	}
	if ids := simkit.Elements[string](c.Body, "resolvedDefectIds"); len(ids) > 0 {
		return nil, simkit.Invalid("resolvedDefectIds: there is no defect %q", ids[0])
	}
	now := timestamp(tx.Now())
	o := simkit.Object{
		"id": strconv.FormatInt(dvirIDs+tx.NextSeq(), 10), "startTime": now, "endTime": now,
		"authorSignature": simkit.Object{
			"signatoryUser": simkit.Object{"id": author.ID, "name": simkit.Text(author.Object, "name")},
			"signedAtTime":  now, "type": "mechanic",
		},
	}
	copyMembers(o, c.Body, "safetyStatus", "type", "licensePlate", "location", "mechanicNotes", "odometerMeters")
	if err := inspected(tx, c.Body, o); err != nil {
		return nil, err
	}
	if err := tx.Put(dvirs, simkit.Text(o, "id"), o); err != nil {
		return nil, err
	}
	return data(o), nil
}

// inspected notes the one vehicle or trailer that the DVIR is about. "Either vehicleId or trailerId must be provided";
// that both together are refused is a reading of it.
func inspected(tx *simkit.Tx, body, o simkit.Object) error {
	vehicle, trailer := simkit.Text(body, "vehicleId"), simkit.Text(body, "trailerId")
	if (vehicle == "") == (trailer == "") {
		return simkit.Invalid("either vehicleId or trailerId must be provided")
	}
	class, id := classVehicle, vehicle
	if vehicle == "" {
		class, id = classTrailer, trailer
	}
	i, err := lookUpAsset(tx, class, id)
	if err != nil {
		return simkit.Invalid("%sId: there is no %s %q", class, class, id)
	}
	tiny := simkit.Object{"id": i.ID}
	copyMembers(tiny, i.Object, "name")
	o[class] = tiny
	return nil
}

// listDVIRs shows the DVIRs that began within a span of time, whose two ends must be given. Of tagIds it knows those
// of the vehicle or trailer.
func listDVIRs(tx *simkit.Tx, c *simkit.Call) (any, error) {
	var span [2]time.Time
	for n, name := range []string{"startTime", "endTime"} {
		var err error
		if span[n], err = time.Parse(time.RFC3339, c.Query.Get(name)); err != nil {
			return nil, simkit.Invalid("%s is required and must be a time in RFC 3339 format", name)
		}
	}
	wanted := c.Listed("tagIds")
	keep := func(i *simkit.Item) bool {
		at, err := time.Parse(time.RFC3339, simkit.Text(i.Object, "startTime"))
		if err != nil || at.Before(span[0]) || at.After(span[1]) {
			return false
		}
		return len(wanted) == 0 || slices.ContainsFunc(inspectedTags(tx, i), func(tag string) bool {
			return slices.Contains(wanted, tag)
		})
	}
	return listing{dvirs, pageSize, keep, showStored}.page(tx, c)
}

func inspectedTags(tx *simkit.Tx, dvir *simkit.Item) []string {
	for _, class := range []string{classVehicle, classTrailer} {
		tiny, _ := dvir.Object[class].(simkit.Object)
		if i, ok := tx.Get(assets, simkit.Text(tiny, "id")); ok {
			return simkit.Elements[string](i.Object, "tagIds")
		}
	}
	return nil
}
