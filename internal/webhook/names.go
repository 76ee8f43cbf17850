package webhook

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

// wildcard ends a name that stands for all events of a resource.
const wildcard = ".*"

// documentedNames returns all names that a subscription may ask for, wildcards included.
func documentedNames() []string {
	all := slices.Concat(eventNames, catchAllNames, ownNames)
	slices.Sort(all)
	return slices.Compact(all)
}

// knownName tells whether a subscription may ask for this name.
func knownName(name string) bool {
	return slices.Contains(documentedNames(), name)
}

// CheckName returns an error that says which names there are if a subscription may not ask for
// this one. It is for filters of lists; a creation has its own reader.
func CheckName(name string) error {
	if knownName(name) {
		return nil
	}
	return errors.New("is not the name of an event; " + suggest(name))
}

// SchemaVersion is the version of the schema of all events.
const SchemaVersion = schemaVersion

// CheckEvent is CheckName for what an event itself can be called. Its error goes on behind the name.
func CheckEvent(name string) error {
	if isWildcard(name) && knownName(name) {
		return errors.New("stands for several events; ask for one of " + strings.Join(expand(name), ", "))
	}
	return CheckName(name)
}

// isWildcard tells whether a name stands for all events of a resource.
func isWildcard(name string) bool { return strings.HasSuffix(name, wildcard) }

// expand returns the concrete names that a known name stands for: itself, or for a wildcard
// every name of that resource, in the contract's order.
func expand(name string) []string {
	of, isAll := strings.CutSuffix(name, wildcard)
	if !isAll {
		return []string{name}
	}
	var concrete []string
	for _, n := range eventNames {
		// The full stop keeps trailer_location.added out of trailer.*.
		if strings.HasPrefix(n, of+".") && !isWildcard(n) {
			concrete = append(concrete, n)
		}
	}
	return concrete
}

// ownOf are the names of our own of the resource of a name.
func ownOf(name string) (own []string) {
	of, _, _ := strings.Cut(name, ".")
	for _, n := range ownNames {
		if strings.HasPrefix(n, of+".") {
			own = append(own, n)
		}
	}
	return own
}

// narrowed returns the names that a known name lets pass where something is narrowed to it: what it stands
// for, and for a wildcard our own names too, since whoever has those has asked for them.
func narrowed(name string) []string {
	if !isWildcard(name) {
		return []string{name}
	}
	return append(expand(name), ownOf(name)...)
}

// suggest tells what an unknown name may have meant: the one nearest to it, else the names of
// the same resource, else those that Waybill is mostly asked for.
func suggest(name string) string {
	if near := resource.Nearest(name, documentedNames()); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	of, _, _ := strings.Cut(name, ".")
	var same []string
	for _, n := range documentedNames() {
		if strings.HasPrefix(n, of+".") {
			same = append(same, n)
		}
	}
	if len(same) == 0 {
		return "use a documented one, such as resource_operation.succeeded or resource_operation.*"
	}
	return "those of " + of + " are " + strings.Join(same, ", ")
}
