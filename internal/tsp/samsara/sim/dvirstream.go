package sim

import (
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// dvirStreamPage is the default and the largest limit of GET /dvirs/stream.
const dvirStreamPage = 200

var dvirStreamFilters = []string{"startTime", "endTime", "limit", "after", "safetyStatus", "includeExternalIds"}

func getDVIR(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := tx.Find(dvirs, c.ID())
	if err != nil {
		return nil, err
	}
	return streamedDVIR(tx, i), nil
}

// streamDVIRs shows the DVIRs that changed within a span of time. Here none changes after it was made, and external ids
// are never shown.
func streamDVIRs(tx *simkit.Tx, c *simkit.Call) (any, error) {
	span := [2]time.Time{1: tx.Now().AddDate(1, 0, 0)}
	for n, name := range []string{"startTime", "endTime"} {
		if n == 1 && !c.Query.Has(name) {
			continue
		}
		var err error
		if span[n], err = time.Parse(time.RFC3339, c.Query.Get(name)); err != nil {
			return nil, simkit.Invalid("%s must be a time in RFC 3339 format", name)
		}
	}
	wanted := c.Listed("safetyStatus")
	keep := func(i *simkit.Item) bool {
		at, err := time.Parse(time.RFC3339, simkit.Text(i.Object, "endTime"))
		fits := len(wanted) == 0 || slices.Contains(wanted, simkit.Text(i.Object, "safetyStatus"))
		return fits && err == nil && !at.Before(span[0]) && !at.After(span[1])
	}
	return listing{dvirs, dvirStreamPage, keep, streamedDVIR}.page(tx, c)
}

// streamedDVIR is a DVIR as /dvirs shows it: names and texts of defects are ids there.
func streamedDVIR(_ *simkit.Tx, i *simkit.Item) simkit.Object {
	o := simkit.Object{
		"dvirSubmissionBeginTime": i.Object["startTime"], "dvirSubmissionTime": i.Object["endTime"], "updatedAtTime": i.Object["endTime"],
	}
	copyMembers(o, i.Object, "id", "type", "safetyStatus", "mechanicNotes", "odometerMeters")
	if place := simkit.Text(i.Object, "location"); place != "" {
		o["formattedAddress"] = place
	}
	for _, class := range []string{classVehicle, classTrailer} {
		if tiny, ok := i.Object[class].(simkit.Object); ok {
			o[class] = simkit.Object{"id": tiny["id"]}
		}
	}
	if signed, ok := i.Object["authorSignature"].(simkit.Object); ok {
		user, _ := signed["signatoryUser"].(simkit.Object)
		o["authorSignature"] = merge(signed, simkit.Object{"signatoryUser": simkit.Object{"id": user["id"]}})
	}
	defects, _ := i.Object["vehicleDefects"].([]any)
	var ids []any
	for _, v := range defects {
		if one, ok := v.(simkit.Object); ok {
			ids = append(ids, one["id"])
		}
	}
	if len(ids) > 0 {
		o["defectIds"] = ids
	}
	return o
}
