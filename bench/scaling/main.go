// Command scaling simulates an installation in virtual time: what one database carries, what many connections
// and writes need, and what a replica's death costs, by a model whose parameters stand in one table. It writes
// docs/scaling-figures.md.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

// options is the command line.
type options struct {
	Out string `help:"The file to write, such as docs/scaling-figures.md; printed if left out."`
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("scaling"), kong.Description("Simulates one database, and many, in virtual time."))
	if err := save(o.Out); err != nil {
		fmt.Fprintln(os.Stderr, "scaling:", err)
		os.Exit(1)
	}
}

// scenarios are all tables, in their order.
func scenarios() []table {
	return []table{whatOneCarries(), howLongItTakes(), manyConnections(), needs(), afterADeath(), limitedLanes(),
		skewed(), sharedLimits()}
}
