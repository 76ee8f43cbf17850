package tsp

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Policy is what an action's field uses say about one payload: the problems for which it
// must be refused, and what its caller should know.
type Policy struct {
	Problems []resource.Problem
	Warnings []Warning
}

// Dropped lists the given fields that do not reach the TSP. What the TSP never got is none of the
// record.
func (p Policy) Dropped() []string {
	var out []string
	for _, w := range p.Warnings {
		if w.Dropped {
			out = append(out, w.Path)
		}
	}
	return out
}

// Strict refuses what would be dropped, each field once. One that every body must have nobody can leave out.
func (p Policy) Strict(s *resource.Schema, payload resource.Payload) Policy {
	for _, w := range p.Warnings {
		told := func(one resource.Problem) bool { return one.Path == w.Path }
		if !w.Dropped || slices.ContainsFunc(p.Problems, told) {
			continue
		}
		one := resource.Problem{Path: w.Path, Message: w.Message + "; leave it out, or write without strict", Code: resource.CodeDropped}
		if f := s.Field(w.Path); f != nil {
			if f.Required {
				continue
			}
			one.Input = resource.Excerpt(f.Show(payload))
		}
		p.Problems = append(p.Problems, one)
	}
	return p
}

// Warning tells the caller of a write what it may not expect.
type Warning struct {
	Path    string `json:"path"`
	Message string `json:"message"`
	// Dropped tells that the field does not reach the TSP.
	Dropped bool `json:"-"`
}

// Apply holds a payload against the field uses and the action's own check. The action must be
// that of the settings (Under). display is the TSP's name for messages.
func (a Action) Apply(display string, s *resource.Schema, p resource.Payload, settings Settings) Policy {
	var out Policy
	given := s.Given(p)
	left := len(given)
	for _, f := range given {
		use := a.Uses[f.Name]
		if use.Use == UseDropped || use.Use == UseRejected {
			left--
		}
		out.add(use, display, s.Verb, f, p)
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		if a.Uses[f.Name].Use == UseRequired && s.Verb == resource.Create && !slices.Contains(given, f) {
			out.Problems = append(out.Problems, resource.Problem{
				Path: f.Name, Message: "is required by " + display, Code: resource.CodeRequired})
		}
	}
	if len(out.Problems) == 0 && s.Verb == resource.Update && left == 0 {
		out.Problems = []resource.Problem{{Message: "none of the given fields can be written at " + display, Code: resource.CodeNothing}}
	}
	if len(out.Problems) == 0 && s.Together != nil {
		out.Problems = s.Together(p)
	}
	if len(out.Problems) == 0 && a.Check != nil {
		out.Problems = a.Check(p, settings)
	}
	if a.Warn != nil {
		out.Warnings = append(out.Warnings, a.Warn(p, settings)...)
	}
	return out
}

func (out *Policy) add(use FieldUse, display string, verb resource.Verb, f *resource.Field, p resource.Payload) {
	refuse := func(code, message string) {
		out.Problems = append(out.Problems, resource.Problem{
			Path: f.Name, Input: resource.Excerpt(f.Show(p)), Message: message, Code: code})
	}
	null := f.State(p) == resource.Null
	switch {
	case use.Use == UseDropped:
		out.Warnings = append(out.Warnings, Warning{f.Name, strings.TrimSpace("not sent to " + display + ": " + use.Reason), true})
	case null && verb == resource.Create && use.Use != UseRequired:
		// A new record has nothing to clear.
	case use.Use == UseRejected && !use.passes(f, p):
		refuse(resource.CodeUnsupported, "cannot be written at "+display+": "+use.Reason)
	case use.Use == UseRequired && null:
		refuse(resource.CodeRequired, "is required by "+display+" and must not be null")
	case use.NoNull && null:
		refuse(resource.CodeUnsupported, display+" cannot clear this field; leave it out to keep its value")
	case !null:
		if code, message := use.unfit(f, p); code != "" {
			refuse(code, message+" at "+display)
		}
	}
}

// unfit says why a value does not fit the TSP.
func (u FieldUse) unfit(f *resource.Field, p resource.Payload) (code, message string) {
	text := f.Show(p)
	n := utf8.RuneCountInString(text)
	switch {
	case u.Least > 0 && n < u.Least:
		return resource.CodeTooShort, fmt.Sprintf("must have at least %d characters", u.Least)
	case u.Most > 0 && n > u.Most:
		return resource.CodeTooLong, fmt.Sprintf("must have at most %d characters", u.Most)
	case u.Values != nil && f.Type != resource.Enums && !slices.Contains(u.Values, text):
		return resource.CodeUnsupported, "is a value that cannot be written (" + u.Reason + "); there are " + strings.Join(u.Values, ", ")
	}
	return "", ""
}

// passes tells whether a rejected field holds the one value that is no loss.
func (u FieldUse) passes(f *resource.Field, p resource.Payload) bool {
	value, ok := f.Bool(p)
	return ok && u.Unless != nil && value == *u.Unless
}
