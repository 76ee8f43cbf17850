// Package wire holds the forms that several rooms' answers and events share: times, members that
// may be null, and the mask of secrets.
package wire

import (
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Mask stands wherever a secret must not be shown.
const Mask = "*****"

// Time is written in RFC 3339, in UTC, with microseconds.
type Time time.Time

// String returns the time as the wire has it.
func (t Time) String() string { return string(t.append(nil)) }

// append appends the time. A list writes thousands, and package time is slow with any form but its own RFC 3339, which
// has no fraction or one that is cut.
func (t Time) append(to []byte) []byte {
	at := time.Time(t).UTC()
	to = at.AppendFormat(to, time.RFC3339)
	to = append(to[:len(to)-1], ".000000Z"...)
	for i, left := len(to)-2, at.Nanosecond()/1000; left > 0; i, left = i-1, left/10 {
		to[i] = '0' + byte(left%10)
	}
	return to
}

// MarshalJSONTo writes the time as the wire has it.
func (t Time) MarshalJSONTo(e *jsontext.Encoder) error {
	return e.WriteValue(append(t.append(append(e.AvailableBuffer(), '"')), '"'))
}

// UnmarshalJSONFrom reads a time as it was written.
func (t *Time) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	return json.UnmarshalDecode(d, (*time.Time)(t))
}

// Optional is a member that is null if its value is the zero one.
func Optional[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// OptionalTime is a time that is null if it is not set.
func OptionalTime(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	at := Time(t)
	return &at
}
