package main

import (
	"strings"
	"testing"
)

func TestARestoreIsToldByATimeThatABackupCanHave(t *testing.T) {
	t.Parallel()
	for text, taken := range map[string]bool{"2026-11-26T22:45:00Z": true, "2026-11-26T22:45:00.5+01:00": true, "yesterday": false, "": false,
		"2026-11-26": false, "0001-01-01T00:00:00Z": false, "1970-01-01T00:00:00Z": false} {
		var m moment
		err := m.UnmarshalText([]byte(text))
		if taken && (err != nil || m.IsZero()) {
			t.Errorf("%q: %v, %v", text, m, err)
		}
		if !taken && (err == nil || !strings.Contains(err.Error(), "a time such as 2026-11-26T22:45:00Z")) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTheExitCodeTellsMisuseFromFailure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"version"}, 0},
		{[]string{"nosuch"}, 2},
		{[]string{"serve", "--nosuch"}, 2},
		{[]string{"serve", "--restored-from", "yesterday"}, 2},
		{[]string{"serve", "--restored-from", "0001-01-01T00:00:00Z"}, 2},
		{[]string{}, 2},
		{[]string{"sim", "nosuch"}, 1},
	} {
		if got := run(c.args); got != c.want {
			t.Errorf("waybill %v ends with %d, want %d", c.args, got, c.want)
		}
	}
}
