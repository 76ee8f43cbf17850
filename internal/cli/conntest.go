package cli

import (
	"fmt"
	"net/http"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type connTestCommand struct{ oneConnection }

// Help teaches the command.
func (connTestCommand) Help() string {
	return `The stored credentials are tried once, and nothing is changed by that. Ends with 0 if the TSP takes them, with 5 if it
refuses them, and with 6 if it could not be asked. Each process of the service tests a
connection every ten seconds.`
}

// tested is what came of a test.
type tested struct {
	Outcome string `json:"outcome"`
	Problem string `json:"problem"`
	Status  string `json:"status"`
}

// Run tests the connection.
func (c connTestCommand) Run(s *Session) error {
	client, conn, _, err := c.read(s)
	if err != nil {
		return err
	}
	a, err := client.Do(s.Context, remote.Request{Method: http.MethodPost, Path: allConnections + "/" + conn.ID + "/test"})
	if err != nil {
		return err
	}
	var found tested
	if err := remote.Decode(a.Body, &found); err != nil {
		return err
	}
	p := s.printer(c.shape)
	if err := p.One(a.Body, "connection_id", func() string { return found.line(p, conn) }); err != nil {
		return err
	}
	switch found.Outcome {
	case "works":
		return nil
	case "refused":
		return ended(ExitFailed, "%s", found.Problem)
	}
	return ended(ExitUnknown, "%s", found.Problem)
}

// line tells of a test to people.
func (t tested) line(p *output.Printer, conn connection) string {
	if t.Outcome != "works" {
		return fmt.Sprintf("%s  %s\n", p.Paint(t.Outcome), output.Plain(t.Problem))
	}
	text := fmt.Sprintf("%s  %s takes the credentials\n", p.Paint("ok"), conn.SourceName)
	if t.Status != "active" {
		text += "The connection is " + t.Status + " all the same; waybill conn activate " + conn.ID + " lets it go on.\n"
	}
	return text
}
