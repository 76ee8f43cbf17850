package resource

import (
	"strings"
	"unicode/utf8"
)

// Problem is one thing that is wrong with a body: where, what was sent, what is wrong and
// a machine-readable code. Its fields are those of the wire's ValidationErrorDetail.
type Problem struct {
	Path    string
	Input   string
	Message string
	Code    string
}

// The codes of problems. They are the names that the contract's own framework uses, so
// callers that switch on them keep working.
const (
	CodeMissing     = "missing"
	CodeUnknown     = "extra_forbidden"
	CodeMalformed   = "json_invalid"
	CodeNotObject   = "model_type"
	CodeNull        = "null_forbidden"
	CodeString      = "string_type"
	CodeTooShort    = "string_too_short"
	CodeTooLong     = "string_too_long"
	CodePattern     = "string_pattern_mismatch"
	CodeBadText     = "string_unicode"
	CodeInteger     = "int_type"
	CodeNumber      = "float_type"
	CodeRange       = "out_of_range"
	CodeBoolean     = "bool_type"
	CodeUUID        = "uuid_parsing"
	CodeDateTime    = "datetime_parsing"
	CodeDate        = "date_parsing"
	CodeEnum        = "enum"
	CodeList        = "list_type"
	CodeListShort   = "too_short"
	CodeListLong    = "too_long"
	CodeRepeated    = "repeated"
	CodeDecimal     = "decimal_parsing"
	CodeReference   = "reference_not_found"
	CodeRequired    = "required_by_tsp"
	CodeUnsupported = "not_supported_by_tsp"
	CodeNothing     = "nothing_to_update"
	CodeDropped     = "dropped_by_tsp"
	// CodeMore is that of the last problem where there are too many to tell each.
	CodeMore = "too_many_problems"
)

// maxInput bounds how much of the caller's input an error repeats, in characters.
const maxInput = 200

// Excerpt cuts what was sent to the length that an error repeats, and makes it valid UTF-8,
// which an answer must be.
func Excerpt(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= maxInput {
		return s
	}
	return string([]rune(s)[:maxInput]) + "…"
}
