package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// reached returns the members of a payload that reached the TSP, with the source ids of references.
func (w Write) reached() (map[string]jsontext.Value, error) {
	given, err := object(w.Payload)
	if err != nil {
		return nil, fmt.Errorf("reading a written payload: %w", err)
	}
	delete(given, "connection_id")
	items := map[string][]string{}
	for _, path := range w.Dropped {
		name, item, within := strings.Cut(path, "[")
		if within {
			items[name] = append(items[name], strings.TrimSuffix(item, "]"))
			continue
		}
		delete(given, name)
		delete(given, sourceOf(name))
	}
	for name, places := range items {
		for _, list := range []string{name, sourceOf(name)} {
			if given[list], err = without(given[list], places); err != nil {
				return nil, fmt.Errorf("reading %s of a written payload: %w", list, err)
			}
			if given[list] == nil {
				delete(given, list)
			}
		}
	}
	return given, nil
}

// without returns a list without the items at some places; nil for what is no list.
func without(list jsontext.Value, places []string) (jsontext.Value, error) {
	if list.Kind() != '[' {
		return list, nil
	}
	var all, left []jsontext.Value
	if err := json.Unmarshal(list, &all); err != nil {
		return nil, err
	}
	for i, one := range all {
		if !slices.Contains(places, strconv.Itoa(i)) {
			left = append(left, one)
		}
	}
	return json.Marshal(left)
}
