package sim

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The collections of the store. Those that begin with an underscore are not shown by the admin side.
const (
	devices       = "devices"
	users         = "users"
	groups        = "groups"
	userRuleSets  = "user-hos-rule-sets"
	dvirLogs      = "dvir-logs"
	textMessages  = "text-messages"
	fuels         = "fuel-transactions"
	driverChanges = "driver-changes"
	ruleSetTypes  = "hos-rule-sets"
	customFields  = "properties"
	fieldSets     = "property-sets"
	sessions      = "_sessions"
	passwords     = "_passwords"
	counters      = "_counters"
)

// The ends of time that Geotab writes.
const (
	beginning = "1986-01-01T00:00:00.000Z"
	forever   = "2050-01-01T00:00:00.000Z"
)

// list is a list member of an object, or nil.
func list(o simkit.Object, name string) []any {
	l, _ := o[name].([]any)
	return l
}

// idIn is the id that a reference names, in either form.
func idIn(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case simkit.Object:
		return simkit.Text(v, "id")
	}
	return ""
}

// refTo is a reference as answers show it.
func refTo(id string) simkit.Object { return simkit.Object{"id": id} }

func refsTo(ids ...string) []any {
	out := make([]any, len(ids))
	for n, id := range ids {
		out[n] = refTo(id)
	}
	return out
}

// named tells whether a list of references names the id.
func named(refs []any, id string) bool {
	return slices.ContainsFunc(refs, func(v any) bool { return idIn(v) == id })
}

func members(o simkit.Object) []string { return slices.Sorted(maps.Keys(o)) }

// stamp writes a time as Geotab does: UTC with milliseconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// moment reads a time that the simulator has stored; the zero time for none.
func momentOf(v any) time.Time {
	s, _ := v.(string)
	t, _ := time.Parse(time.RFC3339Nano, s)
	return t
}

// idOf writes the number of an entity as Geotab does: "b" and hexadecimal digits.
func idOf(n int64) string { return "b" + strings.ToUpper(strconv.FormatInt(n, 16)) }

// compareIDs orders ids by their numbers: capitals of equal length order like the numbers.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// matches compares texts without case; % in the pattern stands for any text.
func matches(pattern, s string) bool {
	parts := strings.Split(strings.ToLower(pattern), "%")
	s = strings.ToLower(s)
	if len(parts) == 1 {
		return s == parts[0]
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(s, first) {
		return false
	}
	s = s[len(first):]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(s, part)
		if at < 0 {
			return false
		}
		s = s[at+len(part):]
	}
	return strings.HasSuffix(s, last)
}
