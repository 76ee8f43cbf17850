package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/cli"
)

// asCommand has the test's program be waybill, for shells that call it.
const asCommand = "RUN_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// command is a folder with a waybill in it.
func command(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	script := "#!/bin/sh\n" + asCommand + "=1 exec '" + self + "' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(folder, "waybill"), []byte(script), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	return folder
}

// shell runs a script with waybill in its path, and what else it names.
func (g *gateway) shell(script string, names ...string) (string, error) {
	g.t.Helper()
	run := exec.CommandContext(g.t.Context(), "bash", "-euc", script)
	run.Dir = g.t.TempDir()
	run.Env = append(os.Environ(), "PATH="+command(g.t)+":"+os.Getenv("PATH"), "NO_PROXY=*", "HOME="+g.env["HOME"],
		"XDG_CONFIG_HOME="+g.env["XDG_CONFIG_HOME"])
	run.Env = append(run.Env, names...)
	out, err := run.CombinedOutput()
	return string(out), err
}

var pasted = regexp.MustCompile("(?ms)^```sh\n(.*?)^```")

func TestTheCommandsOfThePageOnTheCommandLineDoWhatItSays(t *testing.T) {
	t.Parallel()
	g := running(t)
	text, err := os.ReadFile("../../docs/command-line.md")
	if err != nil {
		t.Fatal(err)
	}
	says := [][]string{
		{g.url + " (by WAYBILL_URL)", "Partner:       demo"},
		{"*        local", "by profile local"},
		{"vehicle_name ", "nothing was stored or sent", `{"name":"Truck 42"}`, "success"},
		{`"status":503`, "update vehicle  pending", "It waits (", "failed (cancelled)", "success  retry of "},
		{"operations match; nothing was done", "nothing matches", " samsara\n"},
		{"fleet-1  active", "Status:        active", "ok  samsara takes the credentials", "samsara  paused", "samsara  active",
			"create message ", "comes from dispatch"},
		{"whsec_", "https://receiver.example.com", "EVENT ID", "0 dead letters match"},
		{"connections  ok"},
		{g.ids.Connection.String() + " samsara\n"},
	}
	blocks := pasted.FindAllStringSubmatch(string(text), -1)
	if len(blocks) != len(says) {
		t.Fatalf("the page has %d blocks of commands, and the test knows %d", len(blocks), len(says))
	}
	// What one block exports the next ones have.
	exported := ""
	for i, block := range blocks {
		out, err := g.shell(exported+block[1], "WAYBILL="+g.url, "SECRET="+app.DemoSecret, "CONNECTION="+g.ids.Connection.String(),
			"VEHICLE="+g.ids.Vehicle.String(), "SENDER="+g.ids.Sender.String(), "RECIPIENT="+g.ids.Recipient.String(), "SIM="+g.sim)
		if err != nil {
			t.Fatalf("%s: %v, %s", block[1], err, out)
		}
		for _, part := range says[i] {
			if !strings.Contains(out, part) {
				t.Errorf("%s does not say %q: %s", block[1], part, out)
			}
		}
		for line := range strings.Lines(block[1]) {
			if strings.HasPrefix(line, "export ") {
				exported += line
			}
		}
	}
}

func TestTheExitCodesOfThePageAreThoseThatThereAre(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/command-line.md")
	if err != nil {
		t.Fatal(err)
	}
	for code, says := range map[int]string{cli.ExitError: "refused", cli.ExitUsage: "the command line", cli.ExitNotFound: "there is no such",
		cli.ExitAuth: "the client", cli.ExitFailed: "a write has failed", cli.ExitUnknown: "nobody knows", cli.ExitInterrupted: "interrupted"} {
		if !strings.Contains(string(text), fmt.Sprintf("| %d | %s", code, says)) {
			t.Errorf("the page does not tell of %d: %s", code, says)
		}
	}
}

// started runs waybill as a process of its own until a line that it writes has a part, which is returned with what ends it.
func (g *gateway) started(part string, args ...string) (line string, interrupt func() int) {
	g.t.Helper()
	process := exec.CommandContext(g.t.Context(), filepath.Join(command(g.t), "waybill"), args...)
	process.Env = append(os.Environ(), "HOME="+g.env["HOME"], "XDG_CONFIG_HOME="+g.env["XDG_CONFIG_HOME"])
	for name, value := range g.env {
		process.Env = append(process.Env, name+"="+value)
	}
	out := &lately{}
	process.Stdout, process.Stderr = out, out
	if err := process.Start(); err != nil {
		g.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = process.Wait()
		close(ended)
	}()
	until(g.t, "it says "+part, func() bool {
		select {
		case <-ended:
			g.t.Fatalf("waybill %s has ended before it says %q: %s", strings.Join(args, " "), part, out)
		default:
		}
		for text := range strings.Lines(out.String()) {
			if strings.Contains(text, part) && strings.HasSuffix(text, "\n") {
				line = strings.TrimSpace(text)
				return true
			}
		}
		return false
	})
	return line, func() int {
		if err := process.Process.Signal(os.Interrupt); err != nil {
			g.t.Error(err)
		}
		<-ended
		return process.ProcessState.ExitCode()
	}
}

func TestTheLineThatTheDemoPrintsIsAllThatTheCommandLineNeeds(t *testing.T) {
	t.Parallel()
	g := &gateway{t: t, env: map[string]string{"HOME": t.TempDir(), "XDG_CONFIG_HOME": t.TempDir()}}
	line, end := g.started("export WAYBILL_URL=", "dev", "--addr", "127.0.0.1:0", "--sim-base-port", "0", "--receiver-addr", "127.0.0.1:0",
		"--data-dir", t.TempDir())
	if out, err := g.shell(line + "\nwaybill whoami && waybill conn list -o name"); err != nil || strings.Count(out, "\n") < 7 {
		t.Errorf("%s: %v, %s", line, err, out)
	}
	if out, err := g.shell(line + `
waybill record list vehicle --connection "$CONNECTION" -o name | grep -x "$VEHICLE"
waybill sim fault samsara --clear --at "$SIM"
waybill write message --connection samsara -s message_text=Hello -s sender_id="$SENDER" -s recipient_id="$RECIPIENT" --wait 20s
test "$WAYBILL" = "$WAYBILL_URL"`); err != nil {
		t.Errorf("%s: %v, %s", line, err, out)
	}
	for pair := range strings.FieldsSeq(strings.TrimPrefix(line, "export ")) {
		name, value, _ := strings.Cut(pair, "=")
		g.env[name] = value
	}
	if _, interrupt := g.started("events are shown", "tail"); interrupt() != cli.ExitInterrupted {
		t.Error("what is interrupted does not end so")
	}
	g.waybill("hook", "list", "--jq", `[.[]|select(.url=="waybill:feed")]|length`).ends(0, "0\n")
	if code := end(); code != 0 {
		t.Errorf("the demo ends with %d", code)
	}
}
