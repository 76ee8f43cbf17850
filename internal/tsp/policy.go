package tsp

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Policy is what an action's field uses say about one payload: the problems for which it
// must be refused and the fields that will be dropped.
type Policy struct {
	Problems []resource.Problem
	Dropped  []Warning
}

// Warning tells the caller that a field will not reach the TSP.
type Warning struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// Apply holds a payload against the field uses and the action's own check. The display name
// is used in messages.
func (a Action) Apply(display string, s *resource.Schema, p resource.Payload) Policy {
	var out Policy
	given := s.Given(p)
	for _, f := range given {
		out.add(a.Uses[f.Name], display, f, p)
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		if a.Uses[f.Name].Use == UseRequired && !slices.Contains(given, f) {
			out.Problems = append(out.Problems, resource.Problem{
				Path: f.Name, Message: "is required by " + display, Code: resource.CodeRequired})
		}
	}
	if len(out.Problems) == 0 && a.Check != nil {
		out.Problems = a.Check(p)
	}
	return out
}

func (out *Policy) add(use FieldUse, display string, f *resource.Field, p resource.Payload) {
	refuse := func(code, message string) {
		out.Problems = append(out.Problems, resource.Problem{
			Path: f.Name, Input: resource.Excerpt(f.Show(p)), Message: message, Code: code})
	}
	null := f.State(p) == resource.Null
	switch {
	case use.Use == UseDropped:
		out.Dropped = append(out.Dropped, Warning{f.Name, strings.TrimSpace("not sent to " + display + ": " + use.Reason)})
	case use.Use == UseRejected && !null && !use.passes(f, p):
		refuse(resource.CodeUnsupported, "cannot be written at "+display+": "+use.Reason)
	case use.Use == UseRequired && null:
		refuse(resource.CodeRequired, "is required by "+display+" and must not be null")
	case use.NoNull && null:
		refuse(resource.CodeUnsupported, display+" cannot clear this field; leave it out to keep its value")
	}
}

// passes tells whether a rejected field holds the one value that is no loss.
func (u FieldUse) passes(f *resource.Field, p resource.Payload) bool {
	value, ok := f.Bool(p)
	return ok && u.Unless != nil && value == *u.Unless
}
