package traccar

import (
	"context"
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const devicesPath = "/api/devices"

// trailerCategory tells trailers from vehicles.
const trailerCategory = "trailer"

// maxText is the longest text of a column, in characters (schema/changelog-*.xml).
const maxText = 128

// createDevice is what vehicles and trailers have in common when they are made.
func createDevice(kind resource.Kind) rest.Write {
	return rest.Write{Capability: tsp.Capability{Kind: kind, Verb: resource.Create}, Strength: tsp.VerifyFirst,
		Method: http.MethodPost, Path: devicesPath, Decode: written, Find: findDevice}
}

// updateDevice is what they have in common when they are changed.
func updateDevice(kind resource.Kind) rest.Write {
	return rest.Write{Capability: tsp.Capability{Kind: kind, Verb: resource.Update}, Strength: tsp.NaturalKey,
		Method: http.MethodPut, Path: devicesPath + "/{target}", Decode: written}
}

// begin is a device that is about to be made.
func begin(w tsp.Write, category, uniqueID string) object {
	o := object{"category": encoded(category), "uniqueId": encoded(uniqueID),
		"attributes": encoded(object{markAttribute: encoded(w.Operation)})}
	if group, ok := w.Settings[settingGroup].(int64); ok {
		o["groupId"] = encoded(group)
	}
	return o
}

// uniqueID is what the server knows a device by: the first of the fields that is given. The
// server trims it.
func uniqueID(fields ...resource.Opt[string]) string {
	for _, f := range fields {
		if text := strings.TrimSpace(f.Or("")); text != "" {
			return text
		}
	}
	return ""
}

// noIdentifier refuses a record without anything to know it by.
func noIdentifier(path, others string) []resource.Problem {
	return []resource.Problem{{Path: path, Code: resource.CodeRequired,
		Message: "is required by Traccar, which knows records by an identifier, unless " + others + " is given"}}
}

// checkIdentifier refuses a device without anything to know it by, or with a serial number that
// the server would trim.
func checkIdentifier(serial resource.Opt[string], id string) []resource.Problem {
	if wrong := checkSerial(serial); wrong != nil {
		return wrong
	}
	if id == "" {
		return noIdentifier("external_id", "eld_serial_number or vin")
	}
	return nil
}

func checkSerial(serial resource.Opt[string]) []resource.Problem {
	given := serial.Or("")
	if given == strings.TrimSpace(given) {
		return nil
	}
	return []resource.Problem{{Path: "eld_serial_number", Input: resource.Excerpt(given), Code: resource.CodeUnsupported,
		Message: "must not begin or end with spaces at Traccar"}}
}

// pairing is the use of a serial number in updates: the server knows the record by it, so another
// one joins the record with other hardware.
func pairing() tsp.FieldUse {
	return tsp.Dropped("another serial number would give the record other hardware; the connection's setting "+settingPairing+" allows it").
		With(settingPairing, "true", tsp.Sent().Length(1, maxText).NotNull())
}

// paired gives a device other hardware where the connection allows that.
func paired(o object, serial resource.Opt[string], w tsp.Write) object {
	if !w.Settings.Bool(settingPairing) || serial.State() != resource.Set {
		return o
	}
	put(o, "uniqueId", serial)
	return serialized(o, serial)
}

// serialized keeps beside a device's identifier that it is a serial number, where it may be taken for
// what stood in for one.
func serialized(o object, serial resource.Opt[string]) object {
	if serial.State() != resource.Set {
		return o
	}
	more := o.attributes()
	put(more, "eldSerialNumber", serial)
	return o.with(more)
}

// disabled is is_active the other way round.
func disabled(active resource.Opt[bool]) resource.Opt[bool] {
	if on, ok := active.Get(); ok {
		return resource.Of(!on)
	}
	return active
}

// findDevice looks for the device that the operation marked.
func findDevice(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
	id, name := "", ""
	switch p := w.Payload.(type) {
	case *resource.Vehicle:
		id, name = vehicleID(p), p.VehicleName.Or("")
	case *resource.Trailer:
		id, name = trailerID(p), p.TrailerName.Or("")
	}
	return sought{deviceTable(), id, name}.find(ctx, send, w)
}
