package tsp

import (
	"maps"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
)

// SettingType is the JSON form of a setting.
type SettingType string

// The types of settings.
const (
	TextSetting    SettingType = "string"
	IntegerSetting SettingType = "integer"
	BooleanSetting SettingType = "boolean"
	// ListSetting is an array of strings.
	ListSetting SettingType = "array"
)

// Setting is something that a TSP needs of a connection and that the unified model lacks.
type Setting struct {
	Key   string
	Label string
	Type  SettingType
	// Values are those that a string may have; nil for any.
	Values []string
	// Default is the value where none is set, in the form of Settings; nil for none.
	Default  any
	Required bool
	// Kind is that of the records whose ids the setting holds, and Collection where they are at the TSP; ""
	// for a setting of anything else. Such a setting is a string or an array; it takes our ids of imported
	// records too, and holds the TSP's.
	Kind       resource.Kind
	Collection string
	// Secret settings are sealed at rest and masked when read.
	Secret bool
}

// Settings are the settings of one connection: string, int64, bool or []string by key.
type Settings map[string]any

// Text returns a setting as text, a list joined by commas; "" if it is not set.
func (s Settings) Text(key string) string {
	switch v := s[key].(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case []string:
		return strings.Join(v, ",")
	}
	return ""
}

// List returns a setting of several values; nil if it is not set.
func (s Settings) List(key string) []string {
	list, _ := s[key].([]string)
	return list
}

// Bool tells whether a boolean setting is true.
func (s Settings) Bool(key string) bool {
	yes, _ := s[key].(bool)
	return yes
}

// Effective returns the settings with the defaults of those that are not set.
func (s Spec) Effective(set Settings) Settings {
	all := Settings{}
	for _, one := range s.Settings {
		if v, ok := set[one.Key]; ok {
			all[one.Key] = v
		} else if one.Default != nil {
			all[one.Key] = one.Default
		}
	}
	return all
}

// ReadSettings reads a JSON object of settings, nil for none, over those that are set already;
// null removes one. It returns every problem, with paths such as "settings.region".
func (s Spec) ReadSettings(raw jsontext.Value, set Settings) (Settings, []resource.Problem) {
	if len(raw) == 0 {
		raw = jsontext.Value("{}")
	}
	given, out := resource.ReadValue("settings", raw, s.settingsTable()), Settings{}
	maps.Copy(out, set)
	for _, one := range s.Settings {
		switch value, state := given.Value(one.Key); state {
		case resource.Null:
			delete(out, one.Key)
		case resource.Set:
			out[one.Key] = value
		}
		if _, ok := out[one.Key]; one.Required && !ok {
			given.Refuse(one.Key, resource.CodeMissing, "is required by %s: %s", s.DisplayName, one.Label)
		}
	}
	return out, given.Problems()
}

// The bounds of a setting: they hold names and ids, and lists of a few.
const (
	maxSetting  = 500 // characters
	maxSettings = 500 // items
)

func (s Spec) settingsTable() resource.Table {
	t := resource.Table{Of: "the settings of " + s.DisplayName}
	for _, one := range s.Settings {
		// An empty value would count as set where it is shown and as not set where it is used.
		f := resource.Field{Name: one.Key, Type: resource.Text, Values: one.Values, Nullable: true, NonEmpty: true,
			Secret: one.Secret, Longest: maxSetting, Most: maxSettings, Hint: "leave it out, or send null to remove it"}
		switch {
		case one.Type == IntegerSetting:
			f.Type = resource.Integer
		case one.Type == BooleanSetting:
			f.Type = resource.Boolean
		case one.Type == ListSetting:
			f.Type = resource.Texts
		case one.Values != nil:
			f.Type = resource.Enum
		}
		t.Fields = append(t.Fields, f)
	}
	return t
}
