package tsp

import (
	"time"

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

// Repeatable tells whether a write is simply sent again, whatever became of it.
func (s Strength) Repeatable() bool { return s == Native || s == NaturalKey }

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

// Uses is the table of field uses of a capability: one entry per field of its schema,
// the connection aside.
type Uses map[string]FieldUse

// Action is what an adapter declares about one capability that it performs.
type Action struct {
	Uses     Uses
	Strength Strength
	// Limits are the keys of the Spec's limits that lanes pay for before the action begins: those
	// of the first call that it always makes. Whatever else it calls, such as a list that a
	// session keeps, is charged as it goes.
	Limits []string
	// Settles is that of the Spec where the action's differs; 0 where it does not.
	Settles time.Duration
	// Makes is the TSP's collection of what a create makes, of a kind that is not imported; "" for those that are.
	Makes string
	// Unknowable says for people what no look-up can know of the action at this TSP; "" where the TSP shows
	// whose each record is.
	Unknowable string
	// Marks tells that each call which harms is marked as a step before it is made, as by package steps, so
	// that a write of strength None without such a mark never came to one.
	Marks bool
	// Needs are settings without which the connection cannot perform the action.
	Needs []Need
	// Check refuses values that the TSP would refuse for reasons that need no call and that the
	// field uses cannot tell, such as two fields that exclude each other. It may be nil.
	Check func(resource.Payload, Settings) []resource.Problem
	// Warn tells the caller what the write does that it may not expect. It may be nil.
	Warn func(resource.Payload, Settings) []Warning
}

// Need is a setting without which an action is not available on a connection.
type Need struct {
	Setting string
	// Value is the one that the setting must have; "" for any.
	Value  string
	Reason string
}

// Lacks says why the action is not available under the settings; "" if it is.
func (a Action) Lacks(s Settings) string {
	for _, n := range a.Needs {
		if have := s.Text(n.Setting); have == "" || n.Value != "" && have != n.Value {
			return n.Reason
		}
	}
	return ""
}

// Under returns the action as it is with the settings.
func (a Action) Under(s Settings) Action {
	if !a.Uses.depend() {
		return a
	}
	uses := make(Uses, len(a.Uses))
	for name, use := range a.Uses {
		uses[name] = use.Under(s)
	}
	a.Uses = uses
	return a
}

// Actions maps each capability to its action. It is the capability matrix: what is not in
// it is refused before any network use.
type Actions map[Capability]Action
