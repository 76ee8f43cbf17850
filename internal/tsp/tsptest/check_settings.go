package tsptest

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkSettings: people can fill in each setting, and all that actions name exist.
func checkSettings(t *trial) {
	spec := t.suite.spec
	known := map[string]tsp.Setting{}
	for _, one := range spec.Settings {
		if _, twice := known[one.Key]; twice || one.Key == "" {
			t.errorf("the setting %+v has no key of its own", one)
		}
		known[one.Key] = one
		if one.Label == "" {
			t.errorf("the setting %s has no label", one.Key)
		}
		if !rightType(one) {
			t.errorf("the setting %s is of type %q, with the values %v and the default %v", one.Key, one.Type, one.Values, one.Default)
		}
		if one.Secret && t.suite.config.Settings.Text(one.Key) == "" {
			t.errorf("the config gives the secret setting %s no value, so that nothing shows whether it leaks", one.Key)
		}
		if one.Secret && one.Type != tsp.TextSetting {
			t.errorf("the setting %s is secret and no text; secrets are kept as texts", one.Key)
		}
	}
	for key := range t.suite.config.Settings {
		if _, ok := known[key]; !ok {
			t.errorf("the config sets %s, which is no setting", key)
		}
	}
	for c, a := range spec.Actions {
		for _, n := range a.Needs {
			t.named(known, n.Setting, n.Value, c.String())
			if n.Reason == "" {
				t.errorf("%s needs the setting %s and does not say why", c, n.Setting)
			}
		}
		for field, use := range a.Uses {
			for _, one := range use.Cases {
				t.named(known, one.Setting, one.Value, c.String()+" "+field)
			}
		}
		if lacks := a.Lacks(t.suite.settings()); lacks != "" {
			t.errorf("the config's settings do not allow %s: %s", c, lacks)
		}
	}
}

// named reports a setting that is named and does not exist, or cannot have the value.
func (t *trial) named(known map[string]tsp.Setting, key, value, by string) {
	one, ok := known[key]
	switch {
	case !ok:
		t.errorf("%s names the setting %q, which does not exist", by, key)
	case value != "" && one.Values != nil && !slices.Contains(one.Values, value):
		t.errorf("%s names the value %q of the setting %s, which it cannot have", by, value, key)
	}
}

// rightType tells whether default and values are of the setting's type.
func rightType(one tsp.Setting) bool {
	if one.Values != nil && one.Type != tsp.TextSetting {
		return false
	}
	if one.Default == nil {
		return slices.Contains([]tsp.SettingType{tsp.TextSetting, tsp.IntegerSetting, tsp.BooleanSetting, tsp.ListSetting}, one.Type)
	}
	switch v := one.Default.(type) {
	case string:
		return one.Type == tsp.TextSetting && (one.Values == nil || slices.Contains(one.Values, v))
	case int64:
		return one.Type == tsp.IntegerSetting
	case bool:
		return one.Type == tsp.BooleanSetting
	case []string:
		return one.Type == tsp.ListSetting
	}
	return false
}
