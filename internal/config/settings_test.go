package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEverySettingIsToldWithItsDefault(t *testing.T) {
	t.Parallel()
	told := map[string]Setting{}
	for _, s := range Settings() {
		if s.Group == "" || s.About == "" {
			t.Errorf("%v is told as %+v", s.Names, s)
		}
		for _, name := range s.Names {
			if _, twice := told[name]; twice {
				t.Errorf("%s is told twice", name)
			}
			told[name] = s
		}
	}
	for _, v := range append(variables(), TSPs{"<name>": {"messages.write", "org"}}.variables()...) {
		s, ok := told[v.name]
		if !ok {
			t.Errorf("%s is not told", v.name)
		}
		delete(told, v.name)
		if s.Default == "" || strings.Contains(s.Default, "adapter") {
			continue
		}
		c := Default()
		if err := v.read(&c, s.Default); err != nil || !cmp.Equal(c, Default(), compare) {
			t.Errorf("the default of %s is told as %q (%v)", v.name, s.Default, err)
		}
	}
	for name := range told {
		t.Errorf("%s is told, and is no setting", name)
	}
}

func TestASettingIsFoundByItsName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"WAYBILL_MAX_AGE": "WAYBILL_MAX_AGE", "max_age": "WAYBILL_MAX_AGE", "KEY_FILE": "WAYBILL_KEY",
		"WAYBILL_TSP_SAMSARA_LIMITS": "WAYBILL_TSP_<NAME>_LIMITS", "tsp_<name>_limits": "WAYBILL_TSP_<NAME>_LIMITS"} {
		if s, err := SettingNamed(name, tsps()); err != nil || s.Names[0] != want {
			t.Errorf("%s is %v, %v", name, s.Names, err)
		}
	}
	for name, says := range map[string]string{"MAX_AGGE": "did you mean WAYBILL_MAX_AGE?", "quite_another": "`waybill settings` lists",
		"TSP__LIMITS": "is no setting"} {
		if s, err := SettingNamed(name, tsps()); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s is %v, %v", name, s.Names, err)
		}
	}
	if s, _ := SettingNamed("SEAL_AT_REST", tsps()); !strings.Contains(s.Plain(), "(docs/security.md)") || strings.ContainsAny(s.Plain(), "`[]") {
		t.Errorf("on a terminal: %s", s.Plain())
	}
}

func TestWhatIsGivenIsToldWithoutWhatIsSecret(t *testing.T) {
	t.Parallel()
	var environ []string
	for _, v := range append(variables(), tsps().variables()...) {
		environ = append(environ, v.name+"=postgres://u:hush@db/w")
	}
	slices.Sort(environ)
	told := Given(append(environ, "HOME=hush", "WAYBILL_MAX_AGE= ", "WAYBILL_NO=hush"), tsps())
	if len(told) != len(environ)-1 {
		t.Errorf("%d of %d are told", len(told), len(environ))
	}
	for name, text := range told {
		if strings.Contains(text, "hush") {
			t.Errorf("%s is told as %s", name, text)
		}
	}
}
