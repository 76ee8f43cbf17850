package config

import (
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
	for set, want := range map[string]string{
		"WAYBILL_KEY=hush":                        hidden,
		"WAYBILL_OLD_KEY=hush":                    hidden,
		"WAYBILL_CONSOLE_OIDC_CLIENT_SECRET=hush": hidden,
		"WAYBILL_TRACES_HEADERS=token=hush":       hidden,
		"WAYBILL_DATABASE_URL=postgres://u:hush@db/w?sslmode=require&sslpassword=hush": "postgres://u:xxxxx@db/w?sslmode=require&sslpassword=xxxxx",
		"WAYBILL_DATABASE_URL=host=db user=w password=hush":                            hidden,
		"WAYBILL_DATABASE_URL=postgres:u:hush@db/w":                                    hidden,
		"WAYBILL_DATABASE_URL=/var/lib/waybill.db":                                     "/var/lib/waybill.db",
		"WAYBILL_TRACES_URL=https://c.example/v1?api_key=hush":                         "https://c.example/v1?…",
		"WAYBILL_TSP_SAMSARA_BASE_URL=https://u:hush@a.example":                        "https://u:xxxxx@a.example",
		"WAYBILL_OIDC_ISSUER=https://login.example/realms/fleet":                       "https://login.example/realms/fleet",
		"WAYBILL_OIDC_CLAIMS=partner=https://x.example/partner":                        "partner=https://x.example/partner",
		"WAYBILL_MAX_AGE= 5h ":                                                         "5h",
	} {
		name, _, _ := strings.Cut(set, "=")
		if told := Given([]string{set, "HOME=hush", "WAYBILL_RATE_CLIENT= ", "WAYBILL_NO=hush"}, tsps()); len(told) != 1 || told[name] != want {
			t.Errorf("%s is told as %v", set, told)
		}
	}
	// A new variable whose name says that it is secret is not shown before somebody has thought of it.
	for _, v := range append(variables(), tsps().variables()...) {
		if secret := strings.Contains(v.name, "SECRET") || strings.HasSuffix(v.name, "_KEY") || strings.Contains(v.name, "HEADERS"); secret &&
			!strings.HasSuffix(v.name, "TLS_KEY") && !strings.HasSuffix(v.name, "_FILE") && Given([]string{v.name + "=hush"}, tsps())[v.name] != hidden {
			t.Errorf("%s is shown", v.name)
		}
	}
}
