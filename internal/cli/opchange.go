package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// some are the operations that are changed: those that are named, or all that match.
type some struct {
	which
	IDs    []string `arg:"" optional:"" name:"id" help:"The operations' ids; leave them out to mean all that the filters select."`
	DryRun bool     `help:"Tell how many the filters select, and what a single retry would send; change nothing."`
	Sure
}

// choice tells whether ids or filters are given, and refuses both and neither. With ids --connection says where they are.
func (c some) choice() (byFilter bool, err error) {
	filters := c.members(time.Now())
	if len(c.IDs) > 0 {
		delete(filters, "connection_id")
	}
	switch {
	case len(c.IDs) > 0 && len(filters) > 0:
		return false, misused("ids and filters are both given; name operations, or select them")
	case len(c.IDs) == 0 && len(filters) == 0:
		return false, misused("nothing is named; give ids, or filters such as --tsp samsara --since 2h (--help lists them)")
	}
	return len(c.IDs) == 0, nil
}

// place is where the operations are that are named.
func (c some) place() one { return one{c.Connection} }

type opCancelCommand struct {
	at
	shape
	some
}

// Help teaches the command.
func (opCancelCommand) Help() string {
	return `Nothing of what is cancelled was applied, nor ever will be. One of which something is out already is not cancelled,
and the answer says what (exit code 1).

  waybill op cancel 01890a5d-ac96-774b-bcce-b302099a8057 --yes
  waybill op cancel --tsp samsara --kind message --since 2h --dry-run`
}

// Run cancels the operations.
func (c opCancelCommand) Run(s *Session) error {
	byFilter, err := c.choice()
	if err != nil {
		return err
	}
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	if c.Connection, err = s.connectionID(client, c.Connection); err != nil {
		return err
	}
	p := s.printer(c.shape)
	if byFilter {
		return s.job(client, p, jobOrder{action: "cancel", of: "operations", filter: c.members(time.Now()), dry: c.DryRun, sure: c.Sure})
	}
	if c.DryRun {
		return misused("--dry-run is for filters; of one operation waybill op explain tells how it stands")
	}
	if err := c.Agreed(s, "cancel "+strings.Join(c.IDs, ", ")); err != nil {
		return err
	}
	return s.each(client, p, c.some, func(op operation) (operation, error) {
		a, err := client.Do(s.Context, remote.Request{Method: http.MethodPost, Path: op.path("/cancel")})
		if err != nil {
			return op, err
		}
		return readOperation(a.Body)
	})
}

// each does something to each operation that is named, and goes on where it cannot be done to one.
func (s *Session) each(c *remote.Client, p *output.Printer, of some, do func(operation) (operation, error)) error {
	var failures []error
	for _, id := range of.IDs {
		op, err := s.get(c, of.place(), id)
		if err == nil {
			op, err = do(op)
		}
		if err == nil {
			err = s.show(p, op)
		} else if len(of.IDs) > 1 {
			s.say("%s: %v", id, err)
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	return gathered(failures, len(of.IDs))
}

// show writes a line about an operation that was made or changed.
func (s *Session) show(p *output.Printer, op operation) error {
	text := fmt.Sprintf("%s  %s%s", op.ID, p.Paint(op.standing()), op.suffix())
	if op.RetryOf != "" {
		text += "  retry of " + op.RetryOf
	}
	return lines(p, op.raw, "id", text, func(line string) { _, _ = fmt.Fprintln(s.Out, line) })
}

type opResolveCommand struct {
	at
	shape
	one
	ID         string `arg:"" help:"The operation's id."`
	Applied    bool   `help:"The TSP has taken it." xor:"outcome" required:""`
	NotApplied bool   `help:"The TSP has not taken it; it can be retried then." xor:"outcome" required:""`
	SourceID   string `help:"The id that the TSP has given to what it made." placeholder:"ID"`
}

// Help teaches the command.
func (opResolveCommand) Help() string {
	return `Look at the TSP first: what is said here is final. See docs/resolving.md.`
}

// Run resolves the operation.
func (c opResolveCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	op, err := s.get(client, c.one, c.ID)
	if err != nil {
		return err
	}
	outcome := "not_applied"
	if c.Applied {
		outcome = "applied"
	}
	body, err := json.Marshal(struct {
		Outcome  string `json:"outcome"`
		SourceID string `json:"source_id,omitempty"`
	}{outcome, c.SourceID})
	if err != nil {
		return fmt.Errorf("resolving: %w", err)
	}
	a, err := client.Do(s.Context, remote.Request{Method: http.MethodPost, Path: op.path("/resolve"), Body: body})
	if err != nil {
		return err
	}
	if op, err = readOperation(a.Body); err != nil {
		return err
	}
	return s.show(s.printer(c.shape), op)
}

type opRevertCommand struct {
	at
	shape
	one
	sending
	ID     string `arg:"" help:"The operation's id."`
	DryRun bool   `help:"Show what would be sent; change nothing."`
}

// Help teaches the command.
func (opRevertCommand) Help() string {
	return `Writes what the fields of a successful update held before it. See docs/reverting.md.`
}

// Run reverts the operation.
func (c opRevertCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	op, err := s.get(client, c.one, c.ID)
	if err != nil {
		return err
	}
	r := remote.Request{Method: http.MethodPost, Path: op.path("/revert"), Query: url.Values{}}
	return s.send(client, s.printer(c.shape), c.sending.with(r, c.DryRun))
}
