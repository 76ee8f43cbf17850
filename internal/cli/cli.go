// Package cli is the client side of the command line: commands that need nothing of a Waybill but its address and a client,
// and speak its public API. It knows no room behind that API.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/profile"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// Commands are those of the group Client.
type Commands struct {
	Profile    profileCommands   `cmd:"" group:"client" help:"Keep the addresses and clients of the Waybills that you work with."`
	Whoami     whoamiCommand     `cmd:"" group:"client" help:"Show which Waybill is spoken to, as whom, and what that client may do."`
	Op         opCommands        `cmd:"" group:"client" help:"List operations (the writes), see why they wait, and retry or cancel them."`
	Job        jobCommands       `cmd:"" group:"client" help:"Follow and stop what is done to many."`
	Record     recordCommands    `cmd:"" group:"client" help:"List the records that the TSPs have, with the ids that writes take."`
	Write      writeCommand      `cmd:"" group:"client" help:"Create or update a record at a TSP."`
	Conn       connCommands      `cmd:"" group:"client" help:"List connections, test, import, pause and activate them."`
	TSP        tspCommands       `cmd:"" name:"tsp" group:"client" help:"List the TSPs, and what each does with which write."`
	Hook       hookCommands      `cmd:"" group:"client" help:"Subscribe to webhooks, see and replay deliveries, verify signatures."`
	Listen     listenCommand     `cmd:"" group:"client" help:"Hand events to a receiver on this machine, signed as webhooks are, through no tunnel."`
	Tail       tailCommand       `cmd:"" group:"client" help:"Show events as they happen."`
	Doctor     doctorCommand     `cmd:"" group:"client" help:"Look at each step from here to the TSPs, and say what is wrong."`
	Completion completionCommand `cmd:"" group:"client" help:"Print a script by which your shell completes commands."`
	API        apiCommand        `cmd:"" name:"api" group:"client" help:"Send one request of any kind to the API, and print its answer."`
}

// Session is what a command works with: what it reads and writes, and where it stands.
type Session struct {
	Context  context.Context
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	// Asks and Shows tell that a person sits at the input and at the output; Width is that of the output, 0 if unknown.
	Asks, Shows bool
	Width       int
	// Secret reads a line that is not shown while it is typed; nil where nobody types.
	Secret func() (string, error)
}

// Standard is the session of a process.
func Standard(ctx context.Context) *Session {
	s := &Session{Context: ctx, In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv,
		Asks: term.IsTerminal(int(os.Stdin.Fd())), Shows: term.IsTerminal(int(os.Stdout.Fd()))}
	if s.Shows {
		if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
			s.Width = width
		}
	}
	if s.Asks {
		s.Secret = s.typedUnseen
	}
	return s
}

// at is the flag of a command that speaks to a Waybill.
type at struct {
	Profile string `help:"The profile to use, instead of the current one and of the variables (waybill profile list)." placeholder:"NAME"`
}

// shape are the flags of a command that writes what it was answered.
type shape struct {
	Output    string `short:"o" help:"table, json, jsonl (a line for each), yaml, or name (ids alone)." enum:"table,json,jsonl,yaml,name" default:"table"`
	JQ        string `name:"jq" help:"Write what this program of jq makes of the JSON." placeholder:"PROGRAM"`
	NoHeaders bool   `help:"Leave the heads out of tables."`
}

// Validate refuses what is no program of jq.
func (f shape) Validate() error {
	if f.JQ == "" {
		return nil
	}
	_, err := output.Compile(f.JQ)
	return err
}

// printer returns what writes the output of a command.
func (s *Session) printer(f shape) *output.Printer {
	o := output.Options{Format: output.Format(f.Output), NoHeaders: f.NoHeaders}
	if f.JQ != "" {
		// It was compiled before, by Validate.
		o.Filter, _ = output.Compile(f.JQ)
	}
	if s.Shows {
		o.Width, o.Terminal = s.Width, true
		o.Colour = s.Getenv("NO_COLOR") == "" && s.Getenv("TERM") != "dumb"
	}
	return output.New(s.Out, o)
}

// The variables that stand for a profile.
const (
	variableURL    = "WAYBILL_URL"
	variableClient = "WAYBILL_CLIENT_ID"
	variableSecret = "WAYBILL_CLIENT_SECRET"
	variableToken  = "WAYBILL_TOKEN"
)

// target returns the Waybill that is spoken to, and where that is said: --profile, else the variables, else the current
// profile.
func (s *Session) target(of at) (remote.Target, string, error) {
	if of.Profile == "" && s.Getenv(variableURL) != "" {
		return s.fromVariables()
	}
	if of.Profile == "" && s.Getenv(variableToken) != "" {
		return remote.Target{}, "", &Failure{Exit: ExitUsage, Err: fmt.Errorf("%s is set and %s is not, so that it would do nothing",
			variableToken, variableURL), Hint: "set both, or unset it to use a profile"}
	}
	file, err := s.profiles()
	if err != nil {
		return remote.Target{}, "", err
	}
	name := of.Profile
	if name == "" {
		name = file.Current
	}
	if name == "" {
		return remote.Target{}, "", &Failure{Exit: ExitUsage, Err: errors.New("nothing says which Waybill is meant"),
			Hint: "make a profile (waybill profile add NAME --url URL --client-id ID), choose one (waybill profile use NAME), or set " +
				variableURL + ", " + variableClient + " and " + variableSecret + ", as the line does that waybill dev prints"}
	}
	p, err := file.Get(name)
	if err != nil {
		return remote.Target{}, "", &Failure{Exit: ExitUsage, Err: err}
	}
	return remote.Target{URL: p.URL, ClientID: p.ClientID, ClientSecret: p.ClientSecret}, "profile " + name, nil
}

// fromVariables returns the Waybill that the variables name.
func (s *Session) fromVariables() (remote.Target, string, error) {
	t := remote.Target{URL: s.Getenv(variableURL), ClientID: s.Getenv(variableClient), ClientSecret: s.Getenv(variableSecret),
		Token: s.Getenv(variableToken)}
	if t.Token == "" && (t.ClientID == "" || t.ClientSecret == "") {
		return t, "", &Failure{Exit: ExitUsage, Err: fmt.Errorf("%s is set, and the client is not", variableURL),
			Hint: "set " + variableClient + " and " + variableSecret + " too (or " + variableToken + "), or unset it to use a profile"}
	}
	if err := remote.CheckURL(t.URL); err != nil {
		return t, "", &Failure{Exit: ExitUsage, Err: fmt.Errorf("%s: %w", variableURL, err)}
	}
	return t, variableURL, nil
}

// profiles reads those that the person has.
func (s *Session) profiles() (*profile.File, error) {
	path, err := profile.Path(s.Getenv)
	if err != nil {
		return nil, &Failure{Exit: ExitUsage, Err: err}
	}
	file, err := profile.Open(path)
	if err != nil {
		return nil, &Failure{Exit: ExitUsage, Err: err}
	}
	return file, nil
}

// dial returns a client of the Waybill that is spoken to. Nothing is sent yet.
func (s *Session) dial(of at) (*remote.Client, error) {
	t, _, err := s.target(of)
	if err != nil {
		return nil, err
	}
	return remote.New(t)
}

// say writes a line that is no output, such as how far something is.
func (s *Session) say(format string, args ...any) {
	fmt.Fprintln(s.Err, output.Plain(fmt.Sprintf(format, args...)))
}
