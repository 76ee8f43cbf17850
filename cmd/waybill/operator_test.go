package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/cli"
	"github.com/waybill-dev/waybill/internal/operator"
)

// worded are the words of a command line, of which those in double quotes may hold spaces.
func worded(line string) (words []string) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			words = append(words, part)
			continue
		}
		words = append(words, strings.Fields(part)...)
	}
	return words
}

func TestOperatorsAreManagedAsThePageShows(t *testing.T) {
	t.Parallel()
	e := newEnvironment(t.Context(), []string{"WAYBILL_DATABASE_URL=" + filepath.Join(t.TempDir(), "w.db")})
	if err := (migrateCommand{}).Run(e); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, line := range commandLines(documents(t)["docs/console-sign-in.md"]) {
		// What stands in a sentence names a command, and not whom it is about.
		if !strings.HasPrefix(line, "operator ") || len(strings.Fields(line)) < 3 && line != "operator list" {
			continue
		}
		ran++
		if strings.HasPrefix(line, "operator delete") {
			stands(t, e, 1)
		}
		var cli commands
		parsed, err := newParser(&cli).Parse(worded(line))
		if err == nil {
			err = parsed.Run(e)
		}
		if err != nil {
			t.Errorf("waybill %s: %v", line, err)
		}
	}
	if ran != 8 {
		t.Errorf("%d commands were run", ran)
	}
	stands(t, e, 0)
}

// stands expects of so many operators beside Bo to be as the page has left them.
func stands(t *testing.T, e *environment, n int) {
	t.Helper()
	err := app.Operators(t.Context(), e.config, func(d *operator.Desk) error {
		all, err := d.All(t.Context())
		all = slices.DeleteFunc(all, func(o operator.Operator) bool { return o.Name == "Bo Berg" })
		if len(all) != n || n > 0 && (all[0].Role != operator.Acting || all[0].Disabled || all[0].Name != "Ada Lind") {
			t.Errorf("%v", all)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTheLastAdminIsDeletedWithAWordAlone(t *testing.T) {
	t.Parallel()
	e := newEnvironment(t.Context(), []string{"WAYBILL_DATABASE_URL=" + filepath.Join(t.TempDir(), "w.db")})
	if err := (migrateCommand{}).Run(e); err != nil {
		t.Fatal(err)
	}
	does := func(line string) error {
		var cli commands
		parsed, err := newParser(&cli).Parse(worded(line))
		if err == nil {
			err = parsed.Run(e)
		}
		return err
	}
	if err := does(`operator create ada@x.example --name "Ada" --role admin`); err != nil {
		t.Fatal(err)
	}
	if err := does("operator delete ada@x.example --yes"); err == nil || !strings.Contains(err.Error(), "--anyway") {
		t.Errorf("the last admin: %v", err)
	}
	for _, line := range []string{"operator disable ada@x.example --yes", "operator set ada@x.example --role viewer"} {
		if err := does(line); err == nil || !strings.Contains(err.Error(), "nothing was changed: ada@x.example is the last admin") {
			t.Errorf("%s: %v", line, err)
		}
		if err := does(line + " --anyway"); err != nil {
			t.Errorf("%s, anyway: %v", line, err)
		}
		for _, again := range []string{"operator enable ada@x.example", "operator set ada@x.example --role admin"} {
			if err := does(again); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := does("operator delete ada@x.example --yes --anyway"); err != nil {
		t.Error(err)
	}
	if err := does("operator delete ada@x.example --yes"); err == nil || !strings.Contains(err.Error(), "operator list") {
		t.Errorf("one who is not there: %v", err)
	}
}

func TestACommandAboutAnOperatorThatWouldDoNothingIsRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"operator", "set", "ada@x.example"},
		{"operator", "set", "ada@x.example", "--name", " "},
		{"operator", "set", "ada@x.example", "--role", "root"},
		{"operator", "create", "ada", "--name", "Ada"},
		{"operator", "create", "ada@x.example"},
		{"operator", "create", "ada@x.example", "--name", "Ada", "--role", "admin", "--payloads"},
		{"operator", "disable"},
	} {
		if got := run(cli.Standard(t.Context()), args); got != 2 {
			t.Errorf("waybill %v ends with %d", args, got)
		}
	}
	e := newEnvironment(t.Context(), []string{"WAYBILL_DATABASE_URL=" + filepath.Join(t.TempDir(), "w.db")})
	if err := (serveCommand{ConsoleReadOnly: true}).Run(e); err == nil || !strings.Contains(err.Error(), "WAYBILL_CONSOLE=on") {
		t.Errorf("a console that is read-only, and off: %v", err)
	}
}
