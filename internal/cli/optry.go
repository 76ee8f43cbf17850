package cli

import (
	"fmt"
	"net/http"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type opTryCommand struct {
	at
	shape
	one
	IDs []string `arg:"" name:"id" help:"The operations' ids."`
}

// Help teaches the command.
func (opTryCommand) Help() string {
	return `Ends the wait of an operation for its next attempt, as once what ailed the TSP is mended, and of one whose outcome is unknown
that for the next look. It is the attempt that would have come later: it has its turn behind the limits of the TSP, and counts as
it would have. What waits for anything else is left as it is, and the answer says for what (exit code 1).

  waybill op try 01890a5d-ac96-774b-bcce-b302099a8057 && waybill op watch 01890a5d-ac96-774b-bcce-b302099a8057
  waybill op list --reason back_off -o name | xargs -r waybill op try`
}

// Run has the operations tried.
func (c opTryCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	p := s.printer(c.shape)
	var failures []error
	for _, id := range c.IDs {
		err := c.try(s, client, p, id)
		if err != nil && len(c.IDs) > 1 {
			s.say("%s: %v", id, err)
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	return gathered(failures, len(c.IDs))
}

// try has one operation tried, and tells what it waits for then.
func (c opTryCommand) try(s *Session, client *remote.Client, p *output.Printer, id string) error {
	op, err := s.get(client, c.one, id)
	if err != nil {
		return err
	}
	a, err := client.Do(s.Context, remote.Request{Method: http.MethodPost, Path: op.path("/try")})
	if err != nil {
		return err
	}
	if op, err = readOperation(a.Body); err != nil {
		return err
	}
	text := fmt.Sprintf("%s  %s%s", op.ID, p.Paint(op.standing()), op.suffix())
	if w := op.Progress; w != nil {
		text += ": " + output.Plain(w.Reason)
	}
	return lines(p, op.raw, "id", text, func(line string) { _, _ = fmt.Fprintln(s.Out, line) })
}
