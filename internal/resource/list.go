package resource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// isList tells whether the field holds several values of one form.
func (f *Field) isList() bool { return slices.Contains([]Type{UUIDs, Enums, Texts}, f.Type) }

// overlong refuses a list with too many items before any of them is read. What was accepted once
// and stored is not held against it.
func (f *Field) overlong(raw jsontext.Value) []Problem {
	most := f.Most
	if f.Type == Enums {
		most = len(f.Values)
	}
	if !f.isList() || most == 0 || raw.Kind() != '[' || len(items(raw, most+1)) <= most {
		return nil
	}
	return []Problem{{Path: f.Name, Message: fmt.Sprintf("must hold at most %d items", most), Code: CodeListLong}}
}

// repeated refuses an item that stands in a list already: whether it is meant twice or was put
// there by mistake is for the caller to say, and TSPs would take it in different ways.
func (f *Field) repeated(raw jsontext.Value) []Problem {
	if !f.isList() || raw.Kind() != '[' {
		return nil
	}
	var wrong []Problem
	first := map[string]int{}
	for i, item := range items(raw, -1) {
		key := plain(item)
		if f.Type == UUIDs {
			key = strings.ToLower(key)
		}
		if at, again := first[key]; again {
			wrong = append(wrong, Problem{Path: fmt.Sprintf("%s[%d]", f.Name, i), Input: input(item, f.secret()),
				Message: fmt.Sprintf("repeats the value at [%d]; give each once", at), Code: CodeRepeated})
			continue
		}
		first[key] = i
	}
	return wrong
}
