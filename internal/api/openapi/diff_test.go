package openapi_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// difference is one place where ours is not as the contract says.
type difference struct {
	path             string
	contract, served any
}

func (d difference) String() string {
	return fmt.Sprintf("%s: the contract has %v, ours has %v", d.path, orElse(d.contract, "nothing"),
		orElse(d.served, "nothing"))
}

// diff lists the differences, in the order of their paths, without those that only add.
func diff(path string, contract, served any) []difference {
	switch theirs := contract.(type) {
	case object:
		ours, ok := served.(object)
		if !ok {
			break
		}
		var found []difference
		names := maps.Clone(theirs)
		maps.Copy(names, ours)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			_, known := theirs[name]
			if !known && additive(path, name, ours[name]) {
				continue
			}
			found = append(found, diff(step(path, name), theirs[name], ours[name])...)
		}
		return found
	case []any:
		ours, ok := served.([]any)
		if !ok || len(ours) != len(theirs) {
			break
		}
		var found []difference
		for i := range theirs {
			found = append(found, diff(fmt.Sprintf("%s[%d]", path, i), theirs[i], ours[i])...)
		}
		return found
	default:
		if contract == served {
			return nil
		}
	}
	return []difference{{path, contract, served}}
}

// additive says whether what the contract lacks breaks no one who was written for the contract: an optional property
// or parameter, a header more on a delivery, an answer of a server that takes nothing now or not in this encoding, and of what we write that a member is always there or bounded.
func additive(path, name string, value any) bool {
	switch {
	case strings.HasSuffix(path, ".properties"):
		return true
	case strings.HasSuffix(path, ".parameters"):
		return strings.HasPrefix(path, "webhook ") || at(value, "required") == false
	case strings.HasSuffix(path, ".responses"):
		return slices.Contains([]string{"415", "429", "503"}, name)
	case strings.HasPrefix(path, "webhook ") || strings.Contains(path, ".responses["):
		return strings.HasSuffix(path, ".required") ||
			slices.Contains([]string{"maxItems", "maxLength", "minLength", "required", "uniqueItems"}, name)
	}
	return false
}

// step names a member of an object whose names are free in brackets and any other after a dot.
func step(path, name string) string {
	for _, free := range []string{".parameters", ".responses", ".content", ".properties", ".enum", ".required",
		".security"} {
		if strings.HasSuffix(path, free) {
			return path + "[" + name + "]"
		}
	}
	return path + "." + name
}
