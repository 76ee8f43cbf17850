package tsp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/wire"
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

// ReadSettings reads a JSON object of settings over those that are set already; null removes
// one. It returns every problem, with paths such as "settings.region".
func (s Spec) ReadSettings(raw jsontext.Value, set Settings) (Settings, []resource.Problem) {
	var given map[string]jsontext.Value
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &given); err != nil {
			return nil, []resource.Problem{{Path: "settings", Input: resource.Excerpt(string(raw)), Message: "must be an object", Code: resource.CodeNotObject}}
		}
	}
	out, problems := Settings{}, []resource.Problem(nil)
	for key, v := range set {
		out[key] = v
	}
	for key, value := range given {
		i := slices.IndexFunc(s.Settings, func(one Setting) bool { return one.Key == key })
		switch {
		case i < 0:
			problems = append(problems, resource.Problem{Path: "settings." + key, Input: resource.Excerpt(string(value)),
				Message: s.unknownSetting(), Code: resource.CodeUnknown})
		case value.Kind() == 'n':
			delete(out, key)
		default:
			v, problem := s.Settings[i].read(value)
			if problem != nil {
				problems = append(problems, *problem)
				continue
			}
			out[key] = v
		}
	}
	for _, one := range s.Settings {
		if _, ok := out[one.Key]; one.Required && !ok {
			problems = append(problems, resource.Problem{Path: "settings." + one.Key, Code: resource.CodeMissing,
				Message: "is required by " + s.DisplayName + ": " + one.Label})
		}
	}
	slices.SortFunc(problems, func(a, b resource.Problem) int { return strings.Compare(a.Path, b.Path) })
	return out, problems
}

func (s Spec) unknownSetting() string {
	if len(s.Settings) == 0 {
		return s.DisplayName + " has no settings"
	}
	keys := make([]string, len(s.Settings))
	for i, one := range s.Settings {
		keys[i] = one.Key
	}
	return fmt.Sprintf("is no setting of %s; there are %s", s.DisplayName, strings.Join(keys, ", "))
}

func (one Setting) read(raw jsontext.Value) (any, *resource.Problem) {
	var out any
	var err error
	switch one.Type {
	case IntegerSetting:
		var v int64
		err = json.Unmarshal(raw, &v)
		out = v
	case BooleanSetting:
		var v bool
		err = json.Unmarshal(raw, &v)
		out = v
	case ListSetting:
		v := []string{}
		err = json.Unmarshal(raw, &v)
		out = v
	default:
		var v string
		err = json.Unmarshal(raw, &v)
		if err == nil && one.Values != nil && !slices.Contains(one.Values, v) {
			return nil, one.problem(raw, "must be one of "+strings.Join(one.Values, ", "), resource.CodeEnum)
		}
		out = v
	}
	if err != nil {
		return nil, one.problem(raw, "must be of type "+string(one.Type), resource.CodeString)
	}
	return out, nil
}

func (one Setting) problem(raw jsontext.Value, message, code string) *resource.Problem {
	input := resource.Excerpt(string(raw))
	if one.Secret {
		input = masked
	}
	return &resource.Problem{Path: "settings." + one.Key, Input: input, Message: message, Code: code}
}

const masked = wire.Mask
