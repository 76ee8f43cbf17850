package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestPartnersAreListedForPeopleAndPrograms(t *testing.T) {
	t.Parallel()
	g := running(t)
	for line, says := range map[string]string{"partner list": "demo", "partner list --no-headers -o name": "-", "partner list -o json": `"name": "demo"`} {
		e, out := newEnvironment(t.Context(), []string{"WAYBILL_DATABASE_URL=" + g.database}), &bytes.Buffer{}
		e.session.Out = out
		var all commands
		parsed, err := newParser(&all).Parse(strings.Fields(line))
		if err != nil {
			t.Fatal(err)
		}
		if err := parsed.Run(e); err != nil || !strings.Contains(out.String(), says) {
			t.Errorf("waybill %s: %s, %v", line, out, err)
		}
	}
}
