package main

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

func TestSettingsAreToldWithWhatTheyAreSetToAndWhatIsWrong(t *testing.T) {
	t.Parallel()
	database := "WAYBILL_DATABASE_URL=" + filepath.Join(t.TempDir(), "w.db")
	key := "WAYBILL_KEY=nJYTOlbi9WZ8l8h4jRGuGCQZ2+fTkLdqzHlZ7Wd0ZpI="
	for _, c := range []struct {
		line    string
		environ []string
		says    []string
		wrong   string
	}{
		{"settings", []string{database, key, "WAYBILL_MAX_AGE=5h", "WAYBILL_TSP_SAMSARA_LIMITS=org=1/s"},
			[]string{"WRITES AND IMPORTS", "WAYBILL_MAX_AGE                          5h", "72h", "WAYBILL_TSP_SAMSARA_LIMITS               org=1/s", "(set, and not shown)"}, ""},
		{"settings max_age", []string{"WAYBILL_MAX_AGE=5h"}, []string{"WAYBILL_MAX_AGE: 5h\ndefault: 72h\n", "how long an operation may wait"}, ""},
		{"settings keep_exchanges", nil, []string{"WAYBILL_KEEP_EXCHANGES: -\n", "(docs/exchanges.md)"}, ""},
		{"settings max_agge", nil, nil, "did you mean WAYBILL_MAX_AGE?"},
		{"settings --check", []string{database, key}, []string{"the settings are well-formed"}, ""},
		{"settings --check", []string{database, "WAYBILL_ADRR=:80"}, nil, "2 settings are wrong"},
	} {
		e, out := newEnvironment(t.Context(), c.environ), &bytes.Buffer{}
		e.session.Out = out
		var all commands
		parsed, err := newParser(&all).Parse(strings.Fields(c.line))
		if err != nil {
			t.Fatal(err)
		}
		err = parsed.Run(e)
		if misused := (misuse{}); c.wrong != "" && (!errors.As(err, &misused) || !strings.Contains(err.Error(), c.wrong)) || c.wrong == "" && err != nil {
			t.Errorf("waybill %s with %v ends with %v", c.line, c.environ, err)
		}
		for _, part := range c.says {
			if !strings.Contains(out.String(), part) {
				t.Errorf("waybill %s does not say %q:\n%s", c.line, part, out)
			}
		}
		if strings.Contains(out.String(), key[12:]) {
			t.Errorf("waybill %s shows the key", c.line)
		}
	}
	if _, err := newParser(&commands{}).Parse([]string{"settings", "max_age", "--check"}); err == nil {
		t.Error("a name beside --check has no effect, and is taken")
	}
}
