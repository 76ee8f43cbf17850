package sim

import (
	"strconv"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// dvirIDs is what the ids of DVIRs are counted from.
const dvirIDs = 7107000

var dvirRequired = []string{"authorId", "safetyStatus", "type"}

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
func postDVIR(tx *simkit.Tx, c *call) (any, error) {
	author, ok := tx.Get(users, text(c.body, "authorId"))
	if !ok {
		return nil, invalid("authorId: there is no user %q", text(c.body, "authorId"))
	}
	if ids := elements(c.body, "resolvedDefectIds"); len(ids) > 0 {
		return nil, invalid("resolvedDefectIds: there is no defect %q", ids[0])
	}
	now := timestamp(tx.Now())
	o := simkit.Object{
		"id": strconv.FormatInt(dvirIDs+tx.NextSeq(), 10), "startTime": now, "endTime": now,
		"authorSignature": simkit.Object{
			"signatoryUser": simkit.Object{"id": author.ID, "name": text(author.Object, "name")},
			"signedAtTime":  now, "type": "mechanic",
		},
	}
	copyMembers(o, c.body, "safetyStatus", "type", "licensePlate", "location", "mechanicNotes", "odometerMeters")
	if err := inspected(tx, c.body, o); err != nil {
		return nil, err
	}
	if err := tx.Put(dvirs, text(o, "id"), o); err != nil {
		return nil, err
	}
	return data(o), nil
}

// inspected notes the one vehicle or trailer that the DVIR is about. "Either vehicleId or trailerId must be provided";
// that both together are refused is a reading of it.
func inspected(tx *simkit.Tx, body, o simkit.Object) error {
	vehicle, trailer := text(body, "vehicleId"), text(body, "trailerId")
	if (vehicle == "") == (trailer == "") {
		return invalid("either vehicleId or trailerId must be provided")
	}
	class, id := classVehicle, vehicle
	if vehicle == "" {
		class, id = classTrailer, trailer
	}
	i, err := lookUpAsset(tx, class, id)
	if err != nil {
		return invalid("%sId: there is no %s %q", class, class, id)
	}
	tiny := simkit.Object{"id": i.ID}
	copyMembers(tiny, i.Object, "name")
	o[class] = tiny
	return nil
}
