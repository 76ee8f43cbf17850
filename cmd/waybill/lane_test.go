package main

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/cli"
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
		if !strings.HasPrefix(line, "lane ") || strings.TrimSpace(line) != "lane list" && len(strings.Fields(line)) < 3 {
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
	if ran != 6 {
		t.Errorf("%d commands were run", ran)
	}
	for line, says := range map[string]string{
		"lane rate $CONNECTION 1000/s --reason why --yes": "would change nothing",
		"lane rate $CONNECTION 30/m --yes":                "reason is missing",
		"lane rate $CONNECTION 30/d --reason why --yes":   "is no rate",
		"lane rate $CONNECTION":                           "rate is missing",
		"lane rate $CONNECTION --clear":                   "is kept to no rate",
		"lane resume $CONNECTION":                         "nothing is to be resumed",
		"lane get 00000000-0000-0000-0000-000000000001":   "there is no connection",
		"lane get x":                "UUID",
		"lane get $CONNECTION -o x": "--output",
		"lane list --page x":        "leads to no page of this list",
		"lane list --size 0":        "give 1 to 500",
		"lane list --jq (":          "no program of jq",
		"lane pause $CONNECTION --reason a\u202eb --yes":                     "reason must be one line",
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

func TestALaneIsLookedUpBeforeAnythingIsAskedAndTheQuestionSaysWhatStandsBehindIt(t *testing.T) {
	t.Parallel()
	g := running(t)
	e := newEnvironment(t.Context(), []string{"WAYBILL_DATABASE_URL=" + g.database})
	var asked, out strings.Builder
	does := func(line, answers string) error {
		asked.Reset()
		out.Reset()
		e.session = &cli.Session{Context: t.Context(), In: strings.NewReader(answers), Out: &out, Err: &asked, Asks: true}
		var all commands
		parsed, err := newParser(&all).Parse(worded(strings.ReplaceAll(line, "$CONNECTION", g.ids.Connection.String())))
		if err != nil {
			return err
		}
		return parsed.Run(e)
	}
	for line, says := range map[string]string{"lane pause 00000000-0000-0000-0000-000000000001 --reason why": "there is no connection",
		"lane rate 00000000-0000-0000-0000-000000000001 30/m --reason why": "there is no connection", "lane rate $CONNECTION 1000/s --reason why": "would change nothing"} {
		if err := does(line, "y\n"); err == nil || !strings.Contains(err.Error(), says) || asked.Len() > 0 {
			t.Errorf("waybill %s asked %q and said %v", line, asked.String(), err)
		}
	}
	for line, question := range map[string]string{"lane pause $CONNECTION --reason why": "pause connection " + g.ids.Connection.String() +
		" (samsara, active; writes that wait: 0) and hold up its writes?", "lane rate $CONNECTION 30/m --reason why": "(samsara, active; writes that wait: 0) to 30/m?"} {
		if err := does(line, "n\n"); err == nil || !strings.Contains(asked.String(), question) {
			t.Errorf("waybill %s asked %q and said %v", line, asked.String(), err)
		}
	}
	if err := does("lane pause $CONNECTION --reason why", "y\n"); err != nil {
		t.Error(err)
	}
	if err := does("lane pause $CONNECTION --reason why", "y\n"); err == nil || !strings.Contains(err.Error(), "paused already") || asked.Len() > 0 {
		t.Errorf("of what is paused was asked %q and said %v", asked.String(), err)
	}
	if err := does("lane list -o json", ""); err != nil {
		t.Fatal(err)
	}
	var listed []map[string]any
	if err := json.Unmarshal([]byte(out.String()), &listed); err != nil || len(listed) != 1 {
		t.Fatalf("%s: %v", out.String(), err)
	}
	one := listed[0]
	if one["connection_id"] != g.ids.Connection.String() || one["state"] != "paused" || one["tsp"] != "samsara" || one["waiting"] != 0.0 ||
		one["waiting_at_least"] != false || one["oldest"] != nil || one["rate"] != nil || one["runs_in"] != nil || !strings.HasSuffix(one["why"].(string), `: "why"`) {
		t.Errorf("listed %v", one)
	}
	page := documents(t)["docs/command-line.md"]
	for member := range one {
		if !strings.Contains(page, "`"+member+"`") {
			t.Errorf("no page names %s", member)
		}
	}
	if err := does("lane get $CONNECTION -o json", ""); err != nil {
		t.Fatal(err)
	}
	var alone map[string]any
	if err := json.Unmarshal([]byte(out.String()), &alone); err != nil || !maps.Equal(alone, one) {
		t.Errorf("alone %s, and listed %v: %v", out.String(), one, err)
	}
	if err := does("lane get $CONNECTION", ""); err != nil || !strings.Contains(out.String(), "State:         paused\nConnection:    "+g.ids.Connection.String()+"\n") ||
		!strings.Contains(out.String(), `: "why"`) || strings.Contains(out.String(), "Runs in") {
		t.Errorf("%s, %v", out.String(), err)
	}
	if err := does("lane get $CONNECTION -o name", ""); err != nil || out.String() != g.ids.Connection.String()+"\n" {
		t.Errorf("named %q, %v", out.String(), err)
	}
	if err := does("lane list -o name", ""); err != nil || out.String() != g.ids.Connection.String()+"\n" {
		t.Errorf("named %q, %v", out.String(), err)
	}
	if err := does("lane list", ""); err != nil || strings.Contains(out.String(), "RUNS IN") || !strings.Contains(out.String(), "paused  "+g.ids.Connection.String()) {
		t.Errorf("%s, %v", out.String(), err)
	}
}
