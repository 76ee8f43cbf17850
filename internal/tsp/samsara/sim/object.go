package sim

import (
	"maps"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The collections of the store. Those that begin with an underscore are not shown by the admin side.
const (
	assets   = "assets"
	drivers  = "drivers"
	messages = "messages"
	dvirs    = "dvirs"
	fuel     = "fuel-purchases"
	// driverAssignments are those of drivers to vehicles.
	driverAssignments = "driver-vehicle-assignments"
	users             = "users"
	tags              = "tags"
	roles             = "_roles"
)

// timestamp writes a time as Samsara does: UTC with milliseconds.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// copyMembers copies the members that are there: absent, never null (observed).
func copyMembers(to, from simkit.Object, names ...string) {
	for _, name := range names {
		if v, ok := from[name]; ok {
			to[name] = v
		}
	}
}

// merge returns the object changed by a body, as JSON merge patch (the trailer operation names RFC 7396). Empty texts
// and lists clear, and so does null where the shape lets it through. Members of externalIds and carrierSettings are
// merged one by one; that an empty external id removes its key is not documented.
func merge(o, body simkit.Object) simkit.Object {
	out := maps.Clone(o)
	for name, v := range body {
		if inner, ok := v.(simkit.Object); ok && (name == "externalIds" || name == "carrierSettings") {
			before, _ := o[name].(simkit.Object)
			if before == nil {
				before = simkit.Object{}
			}
			v = merge(before, inner)
		}
		if cleared(v) {
			delete(out, name)
		} else {
			out[name] = v
		}
	}
	return out
}

func cleared(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case simkit.Object:
		return len(v) == 0
	}
	return false
}

// data is Samsara's wrapper of one object.
func data(o any) simkit.Object { return simkit.Object{"data": o} }
