package tsp

import "slices"

// FieldUse is the declared use of one field, with the reason where it is not simply sent.
type FieldUse struct {
	Use    Use
	Reason string
	// Unless is the one value of a rejected boolean that is no loss, as in "is_active: true"
	// for a TSP whose records are always active.
	Unless *bool
	// NoNull tells that the TSP cannot clear the field, so null is refused.
	NoNull bool
	// Least and Most bound the length of a text in characters; 0 is no bound.
	Least, Most int
	// Values are those of an enum that the TSP has; nil for all. Others are refused for Reason.
	Values []string
	// Collections are the TSP's collections that a reference may point into; empty for any.
	Collections []string
	// Unread says why the record that the TSP shows does not hold what was sent, or not all of it; "" if it
	// reads back as it was written.
	Unread string
	// Cases are the uses under certain settings; the first that holds wins.
	Cases []Case
}

// Case is the use of a field on connections with a setting.
type Case struct {
	Setting string
	// Value is the one that the setting has; "" for any that is set.
	Value string
	Use   FieldUse
}

// Required marks a field that a create must have; an update may leave it out. null is always
// refused.
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

// Because tells people what they should know of the use.
func (u FieldUse) Because(reason string) FieldUse {
	u.Reason = reason
	return u
}

// NotRead marks a field that is sent and that the TSP's records do not show, or show narrower, for the
// reason given.
func (u FieldUse) NotRead(reason string) FieldUse {
	u.Unread = reason
	return u
}

// Length bounds a text in characters; 0 is no bound.
func (u FieldUse) Length(least, most int) FieldUse {
	u.Least, u.Most = least, most
	return u
}

// Only narrows an enum to the values that the TSP has; the reason says what of the others.
func (u FieldUse) Only(reason string, values ...string) FieldUse {
	u.Reason, u.Values = reason, slices.Sorted(slices.Values(values))
	return u
}

// With adds a case: the use on connections where the setting has the value, or any if it is "".
func (u FieldUse) With(setting, value string, use FieldUse) FieldUse {
	u.Cases = append(slices.Clone(u.Cases), Case{setting, value, use})
	return u
}

// depend tells whether one of the uses depends on settings.
func (u Uses) depend() bool {
	for _, use := range u {
		if len(use.Cases) > 0 {
			return true
		}
	}
	return false
}

// Under returns the use as it is with the settings.
func (u FieldUse) Under(s Settings) FieldUse {
	for _, c := range u.Cases {
		if have := s.Text(c.Setting); have != "" && (c.Value == "" || c.Value == have) {
			return c.Use
		}
	}
	u.Cases = nil
	return u
}
