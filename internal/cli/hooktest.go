package cli

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type hookTestCommand struct {
	at
	shape
	ID string `arg:"" help:"The subscription's id."`
}

// Help teaches the command.
func (hookTestCommand) Help() string {
	return `One event named webhook.test is sent, signed as all are, and once. Nothing is changed by that, whatever is answered. Ends with
0 if the receiver answers with 2xx, with 5 if it answers with anything else, and with 6 if it gives no answer. Each
subscription can be tested every ten seconds, by each process of the service.`
}

// hookTested is what came of a test.
type hookTested struct {
	Message string `json:"message_id"`
	Outcome string `json:"outcome"`
	Code    int    `json:"status_code"`
	Millis  int    `json:"response_time_ms"`
	Problem string `json:"problem"`
	Status  string `json:"status"`
}

// Run tests the receiver of a subscription.
func (c hookTestCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	a, err := client.Do(s.Context, remote.Request{Method: http.MethodPost, Path: allHooks + "/" + url.PathEscape(c.ID) + "/test"})
	if err != nil {
		return err
	}
	var found hookTested
	if err := remote.Decode(a.Body, &found); err != nil {
		return err
	}
	p := s.printer(c.shape)
	if err := p.One(a.Body, "message_id", func() string { return found.line(p, c.ID) }); err != nil {
		return err
	}
	switch found.Outcome {
	case "delivered":
		return nil
	case "refused":
		return ended(ExitFailed, "%s", found.Problem)
	}
	return ended(ExitUnknown, "%s", found.Problem)
}

// line tells of a test to people.
func (t hookTested) line(p *output.Printer, id string) string {
	took := fmt.Sprintf("%d in %d ms", t.Code, t.Millis)
	if t.Outcome == "unanswered" {
		return fmt.Sprintf("%s  %s\n", p.Paint(t.Outcome), output.Plain(t.Problem))
	}
	if t.Outcome != "delivered" {
		return fmt.Sprintf("%s  %s  %s\n", p.Paint(t.Outcome), took, output.Plain(t.Problem))
	}
	text := fmt.Sprintf("%s  %s, as event %s\n", p.Paint("ok"), took, t.Message)
	if t.Status != "active" {
		text += "The subscription is " + t.Status + " all the same; POST " + allHooks + "/" + id + "/activate lets it go on.\n"
	}
	return text
}
