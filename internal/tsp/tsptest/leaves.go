package tsptest

import (
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// leaves are the lines of requests, and the members of their bodies with their paths, once each.
func leaves(calls []*call) []string {
	var all []string
	for _, c := range calls {
		all = append(all, c.Method+" "+c.URI)
		all = append(all, membersOf("", c.Body)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func membersOf(path string, value jsontext.Value) []string {
	var object map[string]jsontext.Value
	var list []jsontext.Value
	var all []string
	switch {
	case len(value) == 0:
	case value.Kind() == '{' && json.Unmarshal(value, &object) == nil:
		for name, v := range object {
			all = append(all, membersOf(strings.TrimPrefix(path+"."+name, "."), v)...)
		}
	case value.Kind() == '[' && json.Unmarshal(value, &list) == nil:
		for _, v := range list {
			all = append(all, membersOf(path+"[]", v)...)
		}
	default:
		all = append(all, path+"="+string(value))
	}
	return all
}
