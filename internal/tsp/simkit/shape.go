package simkit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Rule checks one value of a body. It returns what is wrong with it ("must be a string"), or "" when nothing is.
type Rule func(v any) string

// Shape names the members that a body may have, and the rule of each.
type Shape map[string]Rule

// Check refuses a body with a member that the shape does not name, without a required one, or with a value that breaks
// its rule. The error names the first such member in the order of names.
func (s Shape) Check(body Object, required ...string) error {
	for _, name := range slices.Sorted(maps.Keys(body)) {
		rule, known := s[name]
		if !known {
			return fmt.Errorf("unknown field %q", name)
		}
		if wrong := rule(body[name]); wrong != "" {
			return fmt.Errorf("%s %s", name, wrong)
		}
	}
	for _, name := range required {
		if _, given := body[name]; !given {
			return fmt.Errorf("%s is required", name)
		}
	}
	return nil
}

// With returns a shape that also has the members of another; those win.
func (s Shape) With(other Shape) Shape {
	both := maps.Clone(s)
	maps.Copy(both, other)
	return both
}

// Any is any value, also null.
func Any(any) string { return "" }

// String is a text of least to most characters; most 0 means without bound.
func String(least, most int) Rule {
	return func(v any) string {
		text, ok := v.(string)
		n := utf8.RuneCountInString(text)
		switch {
		case !ok:
			return "must be a string"
		case n < least:
			return fmt.Sprintf("must have at least %d characters", least)
		case most > 0 && n > most:
			return fmt.Sprintf("must have at most %d characters", most)
		}
		return ""
	}
}

// Enum is one of the texts.
func Enum(values ...string) Rule {
	return func(v any) string {
		text, ok := v.(string)
		if !ok {
			return "must be a string"
		}
		if !slices.Contains(values, text) {
			return "must be one of " + strings.Join(values, ", ")
		}
		return ""
	}
}

// Bool is true or false.
func Bool(v any) string {
	if _, ok := v.(bool); !ok {
		return "must be a boolean"
	}
	return ""
}

// Integer is a whole number that fits 64 bits, written without fraction and exponent.
func Integer(v any) string {
	if _, ok := v.(int64); !ok {
		return "must be an integer"
	}
	return ""
}

// Number is any number.
func Number(v any) string {
	switch v.(type) {
	case int64, float64:
		return ""
	}
	return "must be a number"
}

// List is an array of values that follow the rule.
func List(rule Rule) Rule {
	return func(v any) string {
		list, ok := v.([]any)
		if !ok {
			return "must be an array"
		}
		for i, element := range list {
			if wrong := rule(element); wrong != "" {
				return fmt.Sprintf("[%d] %s", i, wrong)
			}
		}
		return ""
	}
}

// Map is an object with any names and values that follow the rule.
func Map(rule Rule) Rule {
	return func(v any) string {
		o, ok := v.(Object)
		if !ok {
			return "must be an object"
		}
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if wrong := rule(o[name]); wrong != "" {
				return fmt.Sprintf("%q %s", name, wrong)
			}
		}
		return ""
	}
}

// Nested is an object of its own shape.
func Nested(shape Shape, required ...string) Rule {
	return func(v any) string {
		o, ok := v.(Object)
		if !ok {
			return "must be an object"
		}
		if err := shape.Check(o, required...); err != nil {
			return "is wrong: " + err.Error()
		}
		return ""
	}
}

// Nullable also takes null.
func Nullable(rule Rule) Rule {
	return func(v any) string {
		if v == nil {
			return ""
		}
		return rule(v)
	}
}

// Matching is a text of which the test holds; otherwise it "must be" what the words say.
func Matching(words string, test func(string) bool) Rule {
	return func(v any) string {
		text, ok := v.(string)
		if !ok {
			return "must be a string"
		}
		if !test(text) {
			return "must be " + words
		}
		return ""
	}
}
