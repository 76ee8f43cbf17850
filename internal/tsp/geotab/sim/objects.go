package sim

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Objects lists a collection for the admin side, as answers show its entities. Vehicles, trailers and drivers are
// parts of devices and users.
func (s *service) Objects(tx *simkit.Tx, collection string) ([]*simkit.Item, bool) {
	views := map[string]struct {
		of   string
		keep func(o simkit.Object) bool
	}{
		devices: {of: "Device"}, users: {of: "User"}, groups: {of: "Group"}, userRuleSets: {of: "UserHosRuleSet"},
		dvirLogs: {of: "DVIRLog"}, textMessages: {of: "TextMessage"}, fuels: {of: "FuelTransaction"},
		driverChanges: {of: "DriverChange"}, ruleSetTypes: {of: "HosRuleSet"}, customFields: {of: "Property"},
		fieldSets:  {of: "PropertySet"},
		"vehicles": {"Device", func(o simkit.Object) bool { return !isTrailer(o) }},
		"trailers": {"Device", isTrailer},
		"drivers":  {"User", func(o simkit.Object) bool { return o["isDriver"] == true }},
	}
	if collection == simkit.Changes {
		return tx.Items(simkit.Changes), true
	}
	view, ok := views[collection]
	if !ok {
		return nil, false
	}
	e := s.entities[view.of]
	shown := []*simkit.Item{}
	for _, i := range slices.Clone(tx.Items(e.collection)) {
		if view.keep == nil || view.keep(i.Object) {
			o := e.shown(tx, i)
			e.unmark(o)
			shown = append(shown, &simkit.Item{Seq: i.Seq, At: i.At, ID: i.ID, Object: o})
		}
	}
	return shown, true
}
