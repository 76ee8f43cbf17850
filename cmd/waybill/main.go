// Command waybill is the write-back gateway: `waybill dev` shows it at work, `waybill serve`
// runs it in production.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the command line.
type commands struct {
	Dev      devCommand      `cmd:"" help:"Run everything on this machine with demo data and simulated TSPs. Needs no account and no network."`
	Serve    serveCommand    `cmd:"" help:"Run the service. Configured by the environment; see each flag's variable."`
	Migrate  migrateCommands `cmd:"" help:"Bring the database's tables up to date, or tell whether they are."`
	Backup   backupCommand   `cmd:"" help:"Write a whole SQLite database into one new file, beside a running service."`
	Move     moveCommand     `cmd:"" help:"Bring everything from one database into another, such as from SQLite to PostgreSQL."`
	Client   clientCommand   `cmd:"" help:"Manage the clients that may call the API."`
	Token    tokenCommand    `cmd:"" help:"End tokens before they expire."`
	Fleet    fleetCommand    `cmd:"" help:"Manage fleets."`
	Grant    grantCommand    `cmd:"" help:"Manage what fleets grant partners."`
	Operator operatorCommand `cmd:"" help:"Manage who signs in to the console."`
	Key      keyCommand      `cmd:"" help:"Manage the keys of the installation."`
	Audit    auditCommand    `cmd:"" help:"Read and verify the log of who changed what."`
	Sim      simCommand      `cmd:"" help:"Run the simulator of one TSP alone."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

func main() { os.Exit(run(os.Args[1:])) }

// run executes one command line and returns the exit code: 0 done, 1 failed, 2 misused, 3 for
// migrations that are pending.
func run(args []string) int {
	var cli commands
	parser := kong.Must(&cli, kong.Name("waybill"),
		kong.Description("The open gateway through which software writes to any telematics service provider (TSP)."))
	parsed, err := parser.Parse(args)
	if err != nil {
		// Kong's own way ends the program with a code of its own.
		fmt.Fprintf(os.Stderr, "waybill: %v; waybill --help lists the commands, waybill COMMAND --help what one takes\n", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	if err := parsed.Run(newEnvironment(ctx, os.Environ())); err != nil {
		fmt.Fprintln(os.Stderr, "waybill:", err)
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
