package resource

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// parse reads a value, which is not null, in the form of the field's type.
func (f *Field) parse(raw jsontext.Value) (any, []Problem) {
	switch f.Type {
	case Text:
		return parseText(f, raw)
	case Integer:
		return parseInteger(f, raw)
	case Decimal:
		return parseNumber(f, raw)
	case Money:
		return parseMoney(f, raw)
	case Boolean:
		return parseBoolean(f, raw)
	case UUID:
		return parseUUID(f, raw)
	case DateTime:
		return parseDateTime(f, raw)
	case Date:
		return parseDate(f, raw)
	case Enum:
		return parseEnum(f, raw)
	case UUIDs:
		return uuidsType().parse(f, raw)
	case Enums:
		return enumsType().parse(f, raw)
	case Texts:
		return listOf(Texts, parseText).parse(f, raw)
	case Nested:
		o := ReadValue(f.Name, raw, *f.Table)
		return o, o.Problems()
	}
	return raw, nil
}

func (f *Field) bad(raw jsontext.Value, code, format string, args ...any) []Problem {
	return []Problem{{f.Name, input(raw, f.secret()), fmt.Sprintf(format, args...), code}}
}

// parser reads one JSON value, which is never null, into a T or says what is wrong with it.
type parser[T any] struct {
	Type  Type
	parse func(f *Field, raw jsontext.Value) (T, []Problem)
}

func textType() parser[string]        { return parser[string]{Text, parseText} }
func integerType() parser[int64]      { return parser[int64]{Integer, parseInteger} }
func numberType() parser[Number]      { return parser[Number]{Decimal, parseNumber} }
func booleanType() parser[bool]       { return parser[bool]{Boolean, parseBoolean} }
func uuidType() parser[uuid.UUID]     { return parser[uuid.UUID]{UUID, parseUUID} }
func dateTimeType() parser[time.Time] { return parser[time.Time]{DateTime, parseDateTime} }
func dateType() parser[string]        { return parser[string]{Date, parseDate} }
func enumType() parser[string]        { return parser[string]{Enum, parseEnum} }
func moneyType() parser[Number]       { return parser[Number]{Money, parseMoney} }
func uuidsType() parser[[]uuid.UUID]  { return listOf(UUIDs, parseUUID) }
func enumsType() parser[[]string]     { return listOf(Enums, parseEnum) }

func parseText(f *Field, raw jsontext.Value) (string, []Problem) {
	if raw.Kind() != '"' {
		return "", f.bad(raw, CodeString, "must be a string")
	}
	s := plain(raw)
	switch {
	case strings.ContainsRune(s, 0):
		return "", f.bad(raw, CodeBadText, "must not contain the NUL character")
	case f.NonEmpty && strings.TrimSpace(s) == "":
		return "", f.bad(raw, CodeTooShort, "must not be empty%s", also(f.Hint))
	case f.Longest > 0 && utf8.RuneCountInString(s) > f.Longest:
		return "", f.bad(raw, CodeTooLong, "must have at most %d characters", f.Longest)
	case f.Pattern != nil && !f.Pattern.MatchString(s):
		return "", f.bad(raw, CodePattern, "must match %s", f.Pattern)
	}
	return s, nil
}

func parseInteger(f *Field, raw jsontext.Value) (int64, []Problem) {
	if raw.Kind() != '0' {
		return 0, f.bad(raw, CodeInteger, "must be an integer")
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		// JSON Schema takes 2024.0 and 2.024e3 for integers, so we do too.
		v, ferr := strconv.ParseFloat(string(raw), 64)
		switch {
		case ferr != nil || math.Abs(v) > 1<<53:
			return 0, f.bad(raw, CodeRange, "is too large for an integer")
		case v != math.Trunc(v):
			return 0, f.bad(raw, CodeInteger, "must be an integer")
		}
		n = int64(v)
	}
	return n, outOfRange(f, raw, float64(n))
}

// maxNumberLength bounds the spelling of a number, so that exact arithmetic on it is cheap.
const maxNumberLength = 64

func parseNumber(f *Field, raw jsontext.Value) (Number, []Problem) {
	if raw.Kind() != '0' {
		return "", f.bad(raw, CodeNumber, "must be a number")
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || len(raw) > maxNumberLength || math.Abs(v) > 1e15 {
		return "", f.bad(raw, CodeRange, "is too large")
	}
	return Number(raw), outOfRange(f, raw, v)
}

func outOfRange(f *Field, raw jsontext.Value, v float64) []Problem {
	switch {
	case f.Min != nil && v < *f.Min:
		return f.bad(raw, CodeRange, "must be at least %v", *f.Min)
	case f.Max != nil && v > *f.Max:
		return f.bad(raw, CodeRange, "must be at most %v", *f.Max)
	}
	return nil
}

func parseBoolean(f *Field, raw jsontext.Value) (bool, []Problem) {
	if k := raw.Kind(); k != 't' && k != 'f' {
		return false, f.bad(raw, CodeBoolean, "must be true or false")
	}
	return raw.Kind() == 't', nil
}

// ParseID reads a UUID in the only spelling that the contract has: 36 characters with dashes.
func ParseID(s string) (uuid.UUID, bool) {
	id, err := uuid.Parse(s)
	if err != nil || len(s) != 36 {
		return uuid.Nil, false
	}
	return id, true
}

func parseUUID(f *Field, raw jsontext.Value) (uuid.UUID, []Problem) {
	if raw.Kind() == '"' {
		if id, ok := ParseID(plain(raw)); ok {
			return id, nil
		}
	}
	return uuid.Nil, f.bad(raw, CodeUUID, NotAnID)
}

// What is told of a text that is no id or no time, in a body and anywhere else.
const (
	NotAnID  = "must be a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057"
	NotATime = "must be a date and time such as 2026-01-15T10:30:00Z"
)

var rfc3339 = regexp.MustCompile(dateTimePattern)

func parseDateTime(f *Field, raw jsontext.Value) (time.Time, []Problem) {
	if t, ok := ParseTime(plain(raw)); ok && raw.Kind() == '"' {
		return t, nil
	}
	return time.Time{}, f.bad(raw, CodeDateTime, NotATime)
}

// ParseTime reads an instant of RFC 3339, which keeps its offset: some TSPs cut a day out of it.
func ParseTime(s string) (time.Time, bool) {
	// Go also takes a comma before the fraction and an offset of 24 hours, which RFC 3339 does not.
	if !rfc3339.MatchString(s) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
	return t, err == nil
}

func parseDate(f *Field, raw jsontext.Value) (string, []Problem) {
	if raw.Kind() == '"' {
		if _, err := time.Parse(time.DateOnly, plain(raw)); err == nil {
			return plain(raw), nil
		}
	}
	return "", f.bad(raw, CodeDate, "must be a date such as 2026-01-15")
}

func parseEnum(f *Field, raw jsontext.Value) (string, []Problem) {
	s := plain(raw)
	if raw.Kind() == '"' && slices.Contains(f.Values, s) {
		return s, nil
	}
	return "", f.bad(raw, CodeEnum, "%s", NotAValue(s, f.Values))
}

// NotAValue says what an unknown value may have meant: the one nearest to it, or those that there
// are, unless they are too many to read.
func NotAValue(s string, known []string) string {
	if near := Nearest(s, known); near != "" {
		return fmt.Sprintf("is not a known value; did you mean %q?", near)
	}
	if len(known) > 60 {
		return fmt.Sprintf("is not one of the %d known values", len(known))
	}
	return "must be one of " + strings.Join(known, ", ")
}

func parseMoney(f *Field, raw jsontext.Value) (Number, []Problem) {
	if raw.Kind() != '"' {
		return parseNumber(f, raw)
	}
	s := plain(raw)
	if !f.Pattern.MatchString(s) || len(s) > maxNumberLength {
		return "", f.bad(raw, CodeDecimal, `must be a number or a decimal string such as "123.45"`)
	}
	return Number(s), nil
}

func listOf[T any](t Type, item func(*Field, jsontext.Value) (T, []Problem)) parser[[]T] {
	return parser[[]T]{t, func(f *Field, raw jsontext.Value) ([]T, []Problem) {
		if raw.Kind() != '[' {
			return nil, f.bad(raw, CodeList, "must be a list")
		}
		list, problems := []T{}, []Problem(nil)
		for i, v := range items(raw, -1) {
			one, wrong := item(f, v)
			for _, p := range wrong {
				p.Path = fmt.Sprintf("%s[%d]", f.Name, i)
				problems = append(problems, p)
			}
			list = append(list, one)
		}
		if f.NonEmpty && len(list) == 0 {
			problems = f.bad(raw, CodeListShort, "must hold at least one item%s", also(f.Hint))
		}
		return list, problems
	}}
}
