package sim

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// selected leaves of each entity what the caller's propertySelector names: {"fields":["id","name"]}, or with
// "isIncluded":false all but that (github.com/Geotab/sdk js-samples/js/importDevices.js 1377d7e, read 2026-11-27). Names
// of properties have no case. Entities that it does not cover come whole.
func (s *service) selected(params simkit.Object, found []simkit.Object) (any, error) {
	if params["propertySelector"] == nil {
		return found, nil
	}
	selector, ok := params["propertySelector"].(simkit.Object)
	if !ok {
		return nil, cast("propertySelector", "must be an object")
	}
	if err := s.known(selector, "propertySelector", "fields", "isIncluded"); err != nil {
		return nil, err
	}
	fields, ok := selector["fields"].([]any)
	if !ok {
		return nil, cast("propertySelector.fields", "must be an array")
	}
	include, ok := selector["isIncluded"].(bool)
	if !ok {
		include = selector["isIncluded"] == nil
	}
	out := make([]simkit.Object, len(found))
	for n, o := range found {
		out[n] = simkit.Object{}
		for name, v := range o {
			named := slices.ContainsFunc(fields, func(field any) bool {
				text, _ := field.(string)
				return strings.EqualFold(text, name)
			})
			if named == include {
				out[n][name] = v
			}
		}
	}
	return out, nil
}
