package sim

import "maps"

// kind is the JSON form of a property.
type kind int

const (
	textKind kind = iota
	flagKind
	numberKind
	momentKind
	referenceKind
	referencesKind
	objectKind
	listKind // of objects
	anyKind
)

// property is one property of an entity. Its zero value is a text of any length.
type property struct {
	kind kind
	// most is the longest text, in characters; 0 means any.
	most int
	// values are all texts that are taken; none means any.
	values []string
	// of is the collection that a reference is in, and system are the ids that stand outside of it.
	of     string
	system []string
	// members and needs describe the objects of objectKind and listKind.
	members properties
	needs   []string
	// check is a further rule: it returns what is wrong, or "".
	check func(v any) string
	// fixed says that the server alone decides: a write may repeat the value and not change it.
	fixed bool
	// unkept says that a write takes it and no answer shows it.
	unkept bool
}

type properties map[string]property

// with returns the properties and others, which win.
func (p properties) with(others properties) properties {
	both := properties{}
	maps.Copy(both, p)
	maps.Copy(both, others)
	return both
}
