package tsptest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// minSecret is the length from which a value is looked for as a secret.
const minSecret = 5

// credentials are those that a world begins with.
func (s *suite) credentials(of setup) tsp.Credentials {
	c := s.spec.SampleCredentials
	if of.renewable && s.config.Renewable.Kind != "" {
		c = s.config.Renewable
	}
	c.Fields = maps.Clone(c.Fields)
	for _, one := range s.spec.Settings {
		if text := s.config.Settings.Text(one.Key); one.Secret && text != "" {
			if c.Secrets == nil {
				c.Secrets = map[string]string{}
			}
			c.Secrets[one.Key] = text
		}
	}
	return c
}

// settings are the config's over the spec's defaults.
func (s *suite) settings() tsp.Settings { return s.spec.Effective(s.config.Settings) }

// withoutSecrets are the settings without the secret ones, and whether there are any.
func (s *suite) withoutSecrets() (tsp.Settings, bool) {
	left, any := s.settings(), false
	for _, one := range s.spec.Settings {
		if _, ok := left[one.Key]; ok && one.Secret && !one.Required {
			delete(left, one.Key)
			any = true
		}
	}
	return left, any
}

// variant is a set of settings under which the fields have other uses.
type variant struct {
	name     string
	settings tsp.Settings
}

// variants are the config's settings and, for each case that a field use names, those under
// which it holds; a case that holds already is also left out.
func (s *suite) variants(a tsp.Action) []variant {
	all := []variant{{"", s.settings()}}
	seen := map[string]bool{}
	for _, field := range slices.Sorted(maps.Keys(a.Uses)) {
		for _, c := range a.Uses[field].Cases {
			name := c.Setting + "=" + c.Value
			if seen[name] {
				continue
			}
			seen[name] = true
			v, ok := s.under(c, a)
			if ok {
				all = append(all, v)
			}
		}
	}
	return all
}

// under returns the settings with a case turned around: set if it does not hold, and left out
// if it does and nothing needs it.
func (s *suite) under(c tsp.Case, a tsp.Action) (variant, bool) {
	with := s.settings()
	have := with.Text(c.Setting)
	if have != "" && (c.Value == "" || c.Value == have) {
		delete(with, c.Setting)
		i := slices.IndexFunc(s.spec.Settings, func(one tsp.Setting) bool { return one.Key == c.Setting })
		if a.Lacks(with) != "" || i < 0 || s.spec.Settings[i].Required || s.spec.Settings[i].Default != nil {
			return variant{}, false
		}
		return variant{"without " + c.Setting, with}, true
	}
	for _, one := range s.spec.Settings {
		if one.Key == c.Setting {
			with[c.Setting] = settingValue(one, c.Value)
			return variant{fmt.Sprintf("with %s=%v", c.Setting, with[c.Setting]), with}, true
		}
	}
	return variant{}, false
}

// settingValue is a value of the setting's type that reads as the text; "" stands for any.
func settingValue(one tsp.Setting, text string) any {
	switch one.Type {
	case tsp.BooleanSetting:
		return text == "" || text == "true"
	case tsp.IntegerSetting:
		n, _ := strconv.ParseInt(text, 10, 64)
		return max(n, 1)
	case tsp.ListSetting:
		if text == "" {
			text = "sample"
		}
		return []string{text}
	}
	switch {
	case text != "":
		return text
	case len(one.Values) > 0:
		return one.Values[0]
	}
	return "sample"
}

// action is the capability's under settings.
func (s *suite) action(c tsp.Capability, settings tsp.Settings) tsp.Action {
	return s.spec.Actions[c].Under(settings)
}

// schemaOf is the field table of a capability.
func (t *trial) schemaOf(c tsp.Capability) *resource.Schema {
	schema, err := resource.For(c.Kind, c.Verb)
	if err != nil {
		t.fatalf("the contract has no %s: %v", c, err)
	}
	return schema
}
