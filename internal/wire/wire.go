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
func (t Time) String() string { return time.Time(t).UTC().Format("2006-01-02T15:04:05.000000Z") }

// MarshalJSONTo writes the time as the wire has it.
func (t Time) MarshalJSONTo(e *jsontext.Encoder) error {
	return e.WriteToken(jsontext.String(t.String()))
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
