package resource

// State tells whether a field was given.
type State uint8

// The three states of a field: left out, sent as null, sent with a value.
const (
	Absent State = iota
	Null
	Set
)

// Opt is a field that may be absent, null or set. The zero value is absent. A PATCH leaves
// absent fields unchanged and clears null ones, so the difference must survive decoding.
type Opt[T any] struct {
	state State
	value T
}

// Of returns a set field.
func Of[T any](v T) Opt[T] { return Opt[T]{state: Set, value: v} }

// NullOf returns a field that was sent as null.
func NullOf[T any]() Opt[T] { return Opt[T]{state: Null} }

// Get returns the value, and whether the field is set.
func (o Opt[T]) Get() (T, bool) { return o.value, o.state == Set }

// Or returns the value if the field is set, else fallback.
func (o Opt[T]) Or(fallback T) T {
	if o.state == Set {
		return o.value
	}
	return fallback
}

// State tells whether the field is absent, null or set.
func (o Opt[T]) State() State { return o.state }
