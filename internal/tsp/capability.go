package tsp

import (
	"github.com/waybill-dev/waybill/internal/resource"
)

// Capability is a kind of write that an adapter may perform.
type Capability struct {
	Kind resource.Kind
	Verb resource.Verb
}

// String shows the capability for people, such as "update vehicle".
func (c Capability) String() string { return string(c.Verb) + " " + string(c.Kind) }

// Strength says what keeps a repeated write from taking effect twice.
type Strength string

// The strengths, strongest first.
const (
	// Native: the TSP takes our operation id as its idempotency key or unique reference.
	Native Strength = "native"
	// NaturalKey: repeating the write changes nothing more, as with updates of one record.
	NaturalKey Strength = "natural_key"
	// VerifyFirst: the session's Find tells whether the write took effect.
	VerifyFirst Strength = "verify_first"
	// None: a write whose outcome is unknown is never sent again by itself.
	None Strength = "none"
)

// Use says what becomes of a field in one capability.
type Use string

// The uses.
const (
	// UseRequired: the TSP demands it although the unified model does not.
	UseRequired Use = "required"
	// UseSent: it reaches the TSP.
	UseSent Use = "sent"
	// UseDropped: the TSP cannot take it; the write goes on and the operation carries a warning.
	UseDropped Use = "dropped"
	// UseRejected: the TSP cannot take it and its loss would mislead, so the write is refused.
	UseRejected Use = "rejected"
)

// FieldUse is the declared use of one field, with the reason where it is not simply sent.
type FieldUse struct {
	Use    Use
	Reason string
	// Unless is the one value of a rejected boolean that is no loss, as in "is_active: true"
	// for a TSP whose records are always active.
	Unless *bool
	// NoNull tells that the TSP cannot clear the field, so null is refused.
	NoNull bool
	// Collections are the TSP's collections that a reference may point into; empty for any.
	Collections []string
}

// Required marks a field that the TSP demands.
func Required() FieldUse { return FieldUse{Use: UseRequired} }

// Sent marks a field that reaches the TSP.
func Sent() FieldUse { return FieldUse{Use: UseSent} }

// Dropped marks a field that is left out with a warning that gives the reason.
func Dropped(reason string) FieldUse { return FieldUse{Use: UseDropped, Reason: reason} }

// Rejects marks a field that is refused for the reason given.
func Rejects(reason string) FieldUse { return FieldUse{Use: UseRejected, Reason: reason} }

// Into narrows a reference to the TSP's collections that it may point into.
func (u FieldUse) Into(collections ...string) FieldUse {
	u.Collections = collections
	return u
}

// But lets one value of a rejected boolean pass.
func (u FieldUse) But(value bool) FieldUse {
	u.Unless = &value
	return u
}

// NotNull marks a field that the TSP cannot clear.
func (u FieldUse) NotNull() FieldUse {
	u.NoNull = true
	return u
}

// Uses is the table of field uses of a capability: one entry per field of its schema,
// the connection aside.
type Uses map[string]FieldUse

// Action is what an adapter declares about one capability that it performs.
type Action struct {
	Uses     Uses
	Strength Strength
	// Limits are the keys of the Spec's limits that the first call of the action is charged
	// to; whatever else it calls is charged as it goes.
	Limits []string
	// Check refuses values that the TSP would refuse for reasons that need no call, such as a
	// text that is too long. It may be nil.
	Check func(resource.Payload) []resource.Problem
}

// Actions maps each capability to its action. It is the capability matrix: what is not in
// it is refused before any network use.
type Actions map[Capability]Action
