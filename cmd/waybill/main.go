// Command waybill is the write-back gateway: `waybill dev` shows it at work, `waybill serve`
// runs it in production.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"github.com/waybill-dev/waybill/internal/cli"
)

// commands is the command line: what runs and keeps a Waybill, and what works with one over its API.
type commands struct {
	Dev      devCommand      `cmd:"" group:"server" help:"Run everything on this machine with demo data and simulated TSPs. Needs no account and no network."`
	Serve    serveCommand    `cmd:"" group:"server" help:"Run the service. Configured by the environment; see each flag's variable."`
	Migrate  migrateCommands `cmd:"" group:"server" help:"Bring the database's tables up to date, or tell whether they are."`
	Settings settingsCommand `cmd:"" group:"server" help:"Tell every setting, what it is set to here, and what is wrong."`
	Backup   backupCommand   `cmd:"" group:"server" help:"Write a whole SQLite database into one new file, beside a running service."`
	Move     moveCommand     `cmd:"" group:"server" help:"Bring everything from one database into another, such as from SQLite to PostgreSQL."`
	Client   clientCommand   `cmd:"" group:"server" help:"Manage the clients that may call the API."`
	Token    tokenCommand    `cmd:"" group:"server" help:"End tokens before they expire."`
	Partner  partnerCommand  `cmd:"" group:"server" help:"See who calls the API for fleets."`
	Fleet    fleetCommand    `cmd:"" group:"server" help:"Manage fleets."`
	Lane     laneCommand     `cmd:"" group:"server" help:"See what waits for whom, pause and resume connections, and lower their rates."`
	Grant    grantCommand    `cmd:"" group:"server" help:"Manage what fleets grant partners."`
	Operator operatorCommand `cmd:"" group:"server" help:"Manage who signs in to the console."`
	Key      keyCommand      `cmd:"" group:"server" help:"Manage the keys of the installation."`
	Audit    auditCommand    `cmd:"" group:"server" help:"Read and verify the log of who changed what."`
	Sim      simCommands     `cmd:"" group:"server" help:"Run the simulator of one TSP alone, or have one misbehave."`
	Version  versionCommand  `cmd:"" group:"server" help:"Print the version."`

	cli.Commands
}

// newParser returns the parser of command lines.
func newParser(all *commands) *kong.Kong {
	return kong.Must(all, kong.Name("waybill"), kong.Vars{"kinds": cli.Kinds()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.Description("The open gateway through which software writes to any telematics service provider (TSP)."), groups())
}

// groups are how the help arranges the commands.
func groups() kong.Option {
	return kong.ExplicitGroups([]kong.Group{
		{Key: "server", Title: "Server:", Description: "Run a Waybill and keep it. These work on its database, named by WAYBILL_DATABASE_URL."},
		{Key: "client", Title: "Client:", Description: "Work with a running Waybill over its API, from anywhere. See docs/command-line.md."},
	})
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	code := run(cli.Standard(ctx), os.Args[1:])
	stop()
	os.Exit(code)
}

// run executes one command line and returns the exit code: 0 done, 1 failed, 2 misused. Of the group Server 3 stands for
// migrations that are pending; those of the group Client are cli's.
func run(s *cli.Session, args []string) int {
	var all commands
	parser := newParser(&all)
	parsed, err := parser.Parse(args)
	if err != nil {
		// Kong's own way ends the program with a code of its own.
		// That a flag may be left out is no value of it.
		says := strings.Replace(err.Error(), `must be one of "",`, "must be one of ", 1)
		fmt.Fprintf(s.Err, "waybill: %s; %s\n", says, teaches(err))
		return 2
	}
	if why := unfit(parsed, args); why != "" {
		fmt.Fprintf(s.Err, "waybill: %s\n", why)
		return cli.ExitUsage
	}
	if isClients(parsed) {
		return cli.Report(s.Err, parsed.Run(s, parser), asJSON(parsed))
	}
	e := newEnvironment(s.Context, os.Environ())
	e.session = s
	if err := parsed.Run(e); err != nil {
		fmt.Fprintln(s.Err, "waybill:", err)
		// It was asked, or could not be.
		if unsure := (*cli.Failure)(nil); errors.As(err, &unsure) {
			return unsure.Exit
		}
		var misused misuse
		if errors.As(err, &misused) {
			return 2
		}
		var left pending
		if errors.As(err, &left) {
			return 3
		}
		return 1
	}
	return 0
}

// teaches says which help tells what is wrong with a command line.
func teaches(err error) string {
	var wrong *kong.ParseError
	if errors.As(err, &wrong) {
		if node := wrong.Context.Selected(); node != nil {
			return node.FullPath() + " --help tells what it takes"
		}
		if path := wrong.Context.Path; len(path) > 0 && path[len(path)-1].Node().Type == kong.CommandNode {
			return path[len(path)-1].Node().FullPath() + " --help lists its commands"
		}
	}
	return "waybill --help lists the commands"
}

// unfit tells why nothing is done by a command; "" if it may be.
func unfit(parsed *kong.Context, args []string) string {
	// A variable of the shell that is not set must not widen what is done, nor what it is done to.
	if name := unset(parsed); name != "" {
		return fmt.Sprintf("--%s has no value, and nothing was done; give it one, or leave the flag out", name)
	}
	for _, arg := range args {
		// Neither JSON nor a database holds it: something else would be sent or kept than was given.
		if !utf8.ValidString(arg) {
			return fmt.Sprintf("the argument %q is no UTF-8, and nothing was done; write it in UTF-8", arg)
		}
	}
	return ""
}

// isClients tells whether a command is of the group Client.
func isClients(parsed *kong.Context) bool {
	for node := parsed.Selected(); node != nil; node = node.Parent {
		if node.Group != nil {
			return node.Group.Key == "client"
		}
	}
	return false
}

// unset names a flag that was given without a value, as --tsp "$TSP" is where the variable is not set; "" if there is none.
func unset(parsed *kong.Context) string {
	for _, step := range parsed.Path {
		if step.Flag == nil {
			continue
		}
		switch v := parsed.FlagValue(step.Flag).(type) {
		case string:
			if v == "" {
				return step.Flag.Name
			}
		case []string:
			if slices.Contains(v, "") {
				return step.Flag.Name
			}
		}
	}
	return ""
}

// asJSON tells whether a program reads what the command writes.
func asJSON(parsed *kong.Context) bool {
	for _, flag := range parsed.Flags() {
		if flag.Name == "output" {
			format := parsed.FlagValue(flag)
			return format == "json" || format == "jsonl"
		}
	}
	return false
}
