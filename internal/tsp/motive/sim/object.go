package sim

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The collections of the store. Those that begin with an underscore are not shown by the admin side.
const (
	vehicles    = "vehicles"
	assets      = "assets"
	users       = "users"
	groups      = "groups"
	companies   = "companies"
	messages    = "messages"
	fuel        = "fuel_purchases"
	inspections = "inspection_reports"
	externalIDs = "external_ids"
)

// What the ids of each class are counted from. Those of assets meet those of users on purpose: an id names an object
// within its class only.
const (
	companyID      = 7001
	vehicleIDs     = 1800000
	assetIDs       = 520000
	userIDs        = 520000
	groupIDs       = 41000
	fuelIDs        = 660000
	inspectionIDs  = 770000
	inspectedParts = 4310
	externalIDIDs  = 310000
)

// The messages by whom they went to, for the admin side.
const (
	messagesToOne = "messages_to_one"
	// permanentDrivers are the vehicles that have one.
	permanentDrivers  = "permanent_drivers"
	messagesToSeveral = "messages_to_several"
)

// Objects lists a collection for the admin side.
func (s *service) Objects(tx *simkit.Tx, collection string) ([]*simkit.Item, bool) {
	switch collection {
	case messagesToOne, messagesToSeveral:
		return slices.DeleteFunc(slices.Clone(tx.Items(messages)), func(i *simkit.Item) bool {
			return len(simkit.Elements[int64](i.Object, "recipient_ids")) > 1 != (collection == messagesToSeveral)
		}), true
	case permanentDrivers:
		return slices.DeleteFunc(slices.Clone(tx.Items(vehicles)), func(i *simkit.Item) bool {
			return simkit.Int(i.Object, "permanent_driver_id") == 0
		}), true
	case vehicles, assets, users, groups, companies, messages, fuel, inspections, externalIDs, simkit.Changes:
		return tx.Items(collection), true
	}
	return nil, false
}

// newID is an id that its class has not had; ids grow.
func newID(tx *simkit.Tx, class int64) int64 { return class + tx.NextSeq() }

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// timestamp writes a time as Motive does: UTC in whole seconds.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// pick is the object reduced to some members: those that it lacks are null, never absent (observed).
func pick(from simkit.Object, names ...string) simkit.Object {
	o := make(simkit.Object, len(names))
	for _, name := range names {
		o[name] = from[name]
	}
	return o
}

// merge returns the object changed by a body. PUT keeps what it does not name, as the official examples of one member
// show; null clears. That availability_details and eld_device are merged as well is not documented.
func merge(o, body simkit.Object) simkit.Object {
	out := maps.Clone(o)
	for name, v := range body {
		before, had := o[name].(simkit.Object)
		if inner, ok := v.(simkit.Object); ok && had {
			v = merge(before, inner)
		}
		out[name] = v
	}
	return out
}

// exists refuses the id of an object that there is not. The status of such a refusal is not documented.
func exists(tx *simkit.Tx, collection, member string, id int64) (*simkit.Item, error) {
	if i, ok := tx.Get(collection, idText(id)); ok {
		return i, nil
	}
	return nil, simkit.Invalid("%s: there is no %d among the %s", member, id, collection)
}

// checkGroups refuses ids of groups that there are not.
func checkGroups(tx *simkit.Tx, body simkit.Object) error {
	for _, id := range simkit.Elements[int64](body, "group_ids") {
		if _, err := exists(tx, groups, "group_ids", id); err != nil {
			return err
		}
	}
	return nil
}
