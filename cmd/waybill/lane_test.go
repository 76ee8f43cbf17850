package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/connection"
)

func TestLanesAreWorkedOnAsThePageShows(t *testing.T) {
	t.Parallel()
	g := running(t)
	e := newEnvironment(t.Context(), []string{"WAYBILL_DATABASE_URL=" + g.database})
	does := func(line string) error {
		var all commands
		parsed, err := newParser(&all).Parse(worded(strings.ReplaceAll(line, "$CONNECTION", g.ids.Connection.String())))
		if err != nil {
			return err
		}
		return parsed.Run(e)
	}
	ran := 0
	for _, line := range commandLines(documents(t)["docs/operating.md"]) {
		line, _, _ = strings.Cut(line, "#")
		if !strings.HasPrefix(line, "lane ") || line != "lane list" && len(strings.Fields(line)) < 3 && !strings.HasPrefix(line, "lane list ") {
			continue
		}
		ran++
		if err := does(line); err != nil {
			t.Errorf("waybill %s: %v", line, err)
		}
		c, err := g.app.Rooms().Store.Connection(t.Context(), g.ids.Connection)
		if err != nil {
			t.Fatal(err)
		}
		paused, slowed := strings.HasPrefix(line, "lane pause"), strings.Contains(line, "30/m")
		if (c.Status == connection.Paused) != paused || (c.Rate.String() == "30/m") != slowed || paused && (!c.Pause.ByOperator() || c.Pause.Why == "") {
			t.Errorf("after waybill %s the connection is %s, paused by %+v and kept to %v", line, c.Status, c.Pause, c.Rate)
		}
	}
	if ran != 5 {
		t.Errorf("%d commands were run", ran)
	}
	for line, says := range map[string]string{
		"lane rate $CONNECTION 1000/s --reason why --yes":                    "would change nothing",
		"lane rate $CONNECTION 30/m --yes":                                   "reason is missing",
		"lane rate $CONNECTION 30/d --reason why --yes":                      "is no rate",
		"lane rate $CONNECTION":                                              "rate is missing",
		"lane rate $CONNECTION --clear":                                      "is kept to no rate",
		"lane resume $CONNECTION":                                            "nothing is to be resumed",
		"lane list --page x":                                                 "leads to no page of this list",
		"lane list --size 0":                                                 "give 1 to 500",
		"lane pause 00000000-0000-0000-0000-000000000001 --reason why --yes": "there is no connection",
	} {
		err := does(line)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("waybill %s: %v", line, err)
		}
		if misused := (misuse{}); strings.Contains(line, "1000/s") && !errors.As(err, &misused) {
			t.Errorf("waybill %s is no misuse: %v", line, err)
		}
	}
}
