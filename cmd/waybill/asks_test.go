package main

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/cli"
)

// unasked are the commands that are done as they are given, and why.
var unasked = map[string]string{
	"they read": `api, audit export, audit list, audit verify, client list, client show, completion, conn get, conn list, doctor,
		fleet list, hook deliveries, hook list, hook verify, job list, job watch, lane get, lane list, listen, migrate status, op explain, op get,
		op list, op watch, operator list, partner list, profile list, record get, record list, settings, tail, tsp capabilities, tsp list, tsp matrix, version, whoami`,
	"they run":  "dev, serve, sim run",
	"they make": "backup, client create, fleet create, hook create, operator create, operator link, profile add, write",
	"they heal, or let go on": "client enable, conn activate, conn import, conn test, hook activate, hook test, lane resume, op try, operator enable, profile use, " +
		"token revoke",
	"they set what their flags or arguments name, and are set back so": "client scopes, fleet rename, operator set, op revert, sim fault",
	"what is final is what their flags say":                            "op resolve, key rotate, key rotate-signing",
	"they change what no service runs over, or what a start changes":   "migrate up, move",
}

// asking is a line for each command that asks. $FLEET and $OTHER are fleets, and $OPERATION is an operation.
var asking = map[string]string{
	"client delete":  "client delete demo",
	"client disable": "client disable demo",
	"client revoke":  "client revoke demo 17c0b369",
	"client rotate":  "client rotate demo",
	"conn pause":     "conn pause samsara",
	"fleet delete":   "fleet delete $FLEET",
	"fleet merge":    "fleet merge $OTHER $FLEET",
	"grant set":      "grant set --partner demo --fleet $FLEET --status paused",
	"hook delete":    "hook delete $HOOK",
	"hook pause":     "hook pause $HOOK",
	// Here nothing is given up, so it has nothing to ask; where something is it asks as op retry does.
	"hook replay":      "",
	"job stop":         "job stop $OPERATION",
	"lane pause":       "lane pause $CONNECTION --reason why",
	"lane rate":        "lane rate $CONNECTION 30/m --reason why",
	"op cancel":        "op cancel $OPERATION",
	"op retry":         "op retry --tsp samsara --since 2h",
	"operator delete":  "operator delete ada@x.example",
	"operator disable": "operator disable ada@x.example",
	"profile remove":   "profile remove other",
}

// leaves are the commands under a node, by their words.
func leaves(of *kong.Node, words string) map[string]*kong.Node {
	all := map[string]*kong.Node{}
	for _, child := range of.Children {
		if child.Type != kong.CommandNode {
			continue
		}
		path := strings.TrimSpace(words + " " + child.Name)
		if under := leaves(child, path); len(under) > 0 {
			maps.Copy(all, under)
			continue
		}
		all[path] = child
	}
	return all
}

func TestEachCommandThatDestroysOrHoldsUpAsks(t *testing.T) {
	t.Parallel()
	all := leaves(newParser(&commands{}).Model.Node, "")
	free := map[string]bool{}
	for _, listed := range unasked {
		for path := range strings.SplitSeq(listed, ",") {
			path = strings.TrimSpace(path)
			free[path] = true
			if all[path] == nil {
				t.Errorf("there is no waybill %s", path)
			}
		}
	}
	for path, node := range all {
		asks := slices.ContainsFunc(node.Flags, func(f *kong.Flag) bool { return f.Name == "yes" })
		if _, tried := asking[path]; asks != tried || asks == free[path] {
			t.Errorf("waybill %s has --yes: %v, is tried: %v, and is said to need none: %v", path, asks, tried, free[path])
		}
	}
	for path := range asking {
		if all[path] == nil {
			t.Errorf("there is no waybill %s", path)
		}
	}
	page := documents(t)["docs/command-line.md"]
	_, page, _ = strings.Cut(page, "## What is asked first")
	page, _, _ = strings.Cut(page, "\n## ")
	for path := range asking {
		if words := strings.Fields(path); !strings.Contains(page, "`"+path) && !strings.Contains(page, "`"+words[1]+"`") {
			t.Errorf("the page does not say that waybill %s asks", path)
		}
	}
}

func TestNothingIsDoneWhereNobodyCanBeAskedAndNothingWasSaidBeforehand(t *testing.T) {
	t.Parallel()
	g := running(t)
	e := newEnvironment(t.Context(), []string{"WAYBILL_DATABASE_URL=" + g.database})
	server := func(line string) error {
		var all commands
		parsed, err := newParser(&all).Parse(worded(line))
		if err != nil {
			return err
		}
		return parsed.Run(e)
	}
	for _, line := range []string{`operator create ada@x.example --name Ada`, `fleet create "Other"`} {
		if err := server(line); err != nil {
			t.Fatal(err)
		}
	}
	g.fault("POST", `{"match":{"method":"POST"},"fault":"status","status":400,"times":1}`)
	failed := g.message("one")
	g.waybill("op", "watch", failed).ends(5)
	g.in = app.DemoSecret + "\n"
	g.waybill("profile", "add", "other", "--url", g.url, "--client-id", app.DemoClient, "--no-check").ends(0)
	at, err := g.app.Rooms().Store.Connection(t.Context(), g.ids.Connection)
	if err != nil {
		t.Fatal(err)
	}
	hook := g.waybill("hook", "list", "--jq", ".[0].id").text()
	named := strings.NewReplacer("$FLEET", at.Fleet.String(), "$OTHER", "Other", "$HOOK", hook, "$OPERATION", failed,
		"$CONNECTION", g.ids.Connection.String())
	before := changes(t, e)
	all := leaves(newParser(&commands{}).Model.Node, "")
	for path, line := range asking {
		if line = named.Replace(line); line == "" {
			continue
		}
		if isServers(all[path]) {
			err := server(line)
			if unsure := (*cli.Failure)(nil); !errors.As(err, &unsure) || unsure.Exit != cli.ExitUsage || !strings.Contains(err.Error(), "--yes says so beforehand") {
				t.Errorf("waybill %s: %v", line, err)
			}
			continue
		}
		g.waybill(worded(line)...).ends(2, "nobody can be asked here whether to", "--yes says so beforehand")
	}
	if after := changes(t, e); after != before {
		t.Errorf("%d changes were logged", after-before)
	}
	g.waybill("profile", "list").ends(0, "other")
}

// isServers tells whether a command is of the group Server.
func isServers(node *kong.Node) bool {
	for ; node != nil; node = node.Parent {
		if node.Group != nil {
			return node.Group.Key == "server"
		}
	}
	return false
}

// changes counts the entries of the audit log.
func changes(t *testing.T, e *environment) (n int) {
	t.Helper()
	if err := app.EachEntry(t.Context(), e.config, 0, func(audit.Entry) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhoSitsAtATerminalIsAskedByCommandsOfTheServerToo(t *testing.T) {
	t.Parallel()
	g := running(t)
	e := newEnvironment(t.Context(), []string{"WAYBILL_DATABASE_URL=" + g.database})
	var asked strings.Builder
	answers := func(in string) error {
		asked.Reset()
		e.session = &cli.Session{Context: t.Context(), In: strings.NewReader(in), Err: &asked, Asks: true}
		return clientDisableCommand{surelyClient{oneClient: oneClient{ID: app.DemoClient}}}.Run(e)
	}
	for _, no := range []string{"n\n", "", "yess\n"} {
		err := answers(no)
		if unsure := (*cli.Failure)(nil); !errors.As(err, &unsure) || unsure.Exit != cli.ExitError || !strings.Contains(asked.String(), "keep client demo from working and end its tokens? [y/N]") {
			t.Errorf("%q to %q: %v", no, asked.String(), err)
		}
	}
	g.waybill("whoami").ends(0)
	if err := answers("y\n"); err != nil {
		t.Error(err)
	}
	g.waybill("whoami").ends(cli.ExitAuth)
	if err := (clientDisableCommand{surelyClient{oneClient: oneClient{ID: "nobody"}}}).Run(e); err == nil || !strings.Contains(err.Error(), "there is no client nobody") {
		t.Errorf("of one that is not there somebody is asked: %v", err)
	}
}
