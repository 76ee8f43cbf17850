package webhook

import (
	"errors"
	"slices"
	"strings"
)

const wildcard = ".*"

// documentedNames returns all names that a subscription may ask for, wildcards included.
func documentedNames() []string {
	all := slices.Concat(eventNames, catchAllNames)
	slices.Sort(all)
	return slices.Compact(all)
}

// knownName tells whether a subscription may ask for this name.
func knownName(name string) bool {
	return slices.Contains(eventNames, name) || slices.Contains(catchAllNames, name)
}

// CheckName returns an error that says which names there are if a subscription may not ask for
// this one.
func CheckName(name string) error {
	if knownName(name) {
		return nil
	}
	return errors.New("is not the name of an event. " + suggest(name))
}

// isWildcard tells whether a name stands for all events of a resource.
func isWildcard(name string) bool { return strings.HasSuffix(name, wildcard) }

// expand returns the concrete names that a known name stands for: itself, or for a wildcard
// every name of that resource, in the contract's order.
func expand(name string) []string {
	resource, isAll := strings.CutSuffix(name, wildcard)
	if !isAll {
		return []string{name}
	}
	var concrete []string
	for _, n := range eventNames {
		if strings.HasPrefix(n, resource+".") && !isWildcard(n) {
			concrete = append(concrete, n)
		}
	}
	return concrete
}

// suggest tells what an unknown name may have meant: the names of the same resource, or of
// all operations, which is what Waybill is mostly asked for.
func suggest(name string) string {
	resource, _, _ := strings.Cut(name, ".")
	var near []string
	for _, n := range documentedNames() {
		if strings.HasPrefix(n, resource+".") {
			near = append(near, n)
		}
	}
	if len(near) == 0 {
		return "Use a documented name, such as resource_operation.succeeded or resource_operation.*."
	}
	return "The names of " + resource + " are " + strings.Join(near, ", ") + "."
}
