package resource

import (
	"fmt"
	"net/url"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Table describes a JSON object: what people call it and which members it may have.
type Table struct {
	// Of completes "is not a field of …", such as "a vehicle".
	Of     string
	Fields []Field
	// Hint says what the object must look like, where the list of its fields would not do.
	Hint string
}

// Field returns the field of that name, or nil.
func (t *Table) Field(name string) *Field {
	if i := t.index(name); i >= 0 {
		return &t.Fields[i]
	}
	return nil
}

func (t *Table) index(name string) int {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return i
		}
	}
	return -1
}

// secret tells whether the object may hold a secret. Then no input of it is repeated that might
// be one under a misspelt name or in the wrong place.
func (t *Table) secret() bool {
	for i := range t.Fields {
		if t.Fields[i].secret() {
			return true
		}
	}
	return false
}

// read hands each value to put and returns what is wrong in the order of the members; missing
// ones come last. Paths begin with the prefix.
func (t *Table) read(prefix string, members []member, put func(*Field, jsontext.Value) []Problem) Tally {
	var all Tally
	add := func(found ...Problem) {
		for _, p := range found {
			if p.Code != CodeMore {
				p.Path = prefix + p.Path
			}
			all.Add(p)
		}
	}
	seen := make([]bool, len(t.Fields))
	for _, m := range members {
		i := t.index(m.name)
		switch {
		case i < 0 && all.Full():
			all.Add(Problem{})
			continue
		case i < 0:
			add(t.unknown(m))
			continue
		}
		f := &t.Fields[i]
		seen[i] = true
		switch long := f.overlong(m.value); {
		case m.value.Kind() == 'n' && !f.Nullable:
			add(f.bad(m.value, CodeNull, "must not be null%s", also(f.Hint))...)
		case long != nil:
			add(long...)
		default:
			add(put(f, m.value)...)
		}
	}
	for i := range t.Fields {
		if f := &t.Fields[i]; f.Required && !seen[i] {
			add(Problem{Path: f.Name, Message: "is required" + also(f.Hint, t.Hint), Code: CodeMissing})
		}
	}
	return all
}

func (t *Table) unknown(m member) Problem {
	names := make([]string, len(t.Fields))
	for i := range t.Fields {
		names[i] = t.Fields[i].Name
	}
	instead := "there are " + strings.Join(names, ", ")
	switch near, elsewhere := Nearest(m.name, names), t.elsewhere(m); {
	case elsewhere != "":
		instead = elsewhere
	case near != "":
		instead = fmt.Sprintf("did you mean %q?", near)
	case t.Hint != "":
		instead = t.Hint
	case len(names) == 0:
		instead = "there are none"
	}
	message := "is not a field of " + t.Of + "; " + instead
	return Problem{Path: Excerpt(m.name), Input: input(m.value, t.secret()), Message: message, Code: CodeUnknown}
}

// elsewhere says what to send for a member by which earlier clients of the contract named something
// that the object has in another form; "" if it is none.
func (t *Table) elsewhere(m member) string {
	for i := range t.Fields {
		if f := &t.Fields[i]; f.Ref != nil && f.Ref.SourceField == m.name {
			return fmt.Sprintf("%s takes Waybill's id of it, and %s", f.Name, FindBySource(f.Ref.Kind, plainText(m.value)))
		}
	}
	switch {
	case m.name == "location" && t.Field("latitude") != nil:
		return "send latitude and longitude"
	case m.name == "fleet_ref" && t.Field("connection_id") != nil:
		return "connection_id says whose it is"
	}
	return ""
}

// FindBySource says how the record is found that a TSP calls so.
func FindBySource(k Kind, source string) string {
	return "GET /v2/telematics/" + k.Facts().Plural + "?source_ids=" + url.QueryEscape(Excerpt(source)) + " finds it"
}

// plainText is a text or a number as it stands in a query.
func plainText(raw jsontext.Value) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return string(raw)
	}
	return text
}

// also is the end of a message that a hint makes, the first that there is.
func also(hints ...string) string {
	for _, hint := range hints {
		if hint != "" {
			return "; " + hint
		}
	}
	return ""
}
