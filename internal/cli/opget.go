package cli

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type opGetCommand struct {
	at
	shape
	one
	ID        string `arg:"" help:"The operation's id."`
	Exchanges bool   `help:"Show what each attempt sent to the TSP, and what that answered, too; secrets are masked."`
}

// Run shows the operation.
func (c opGetCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	op, err := s.get(client, c.one, c.ID)
	if err == nil && c.Exchanges {
		op, err = s.read(client, op, url.Values{"exchanges": {"true"}})
	}
	if err != nil {
		return err
	}
	p := s.printer(c.shape)
	return p.One(op.raw, "id", func() string { return op.page(time.Now(), p, c.Exchanges) })
}

// page tells an operation to people.
func (op operation) page(now time.Time, p *output.Printer, exchanges bool) string {
	var out page
	out.line("Operation", "%s", op.ID)
	fmt.Fprintf(&out, "%-14s %s\n", "Status:", p.Paint(output.Plain(op.standing()))+output.Plain(op.suffix()))
	out.line("Write", "%s %s at %s", op.Verb, op.Resource, op.SourceName)
	out.line("Record", "%s", strings.Trim(op.ResourceID+" = "+op.SourceID, " ="))
	out.line("Connection", "%s", op.ConnectionID)
	out.line("Fleet", "%s", op.FleetRef)
	out.line("Accepted", "%s (%s)", op.CreatedAt, ago(op.CreatedAt, now))
	out.line("Changed", "%s (%s)", op.UpdatedAt, ago(op.UpdatedAt, now))
	if op.ExpiresAt != "" {
		out.line("Expires", "%s (%s)", op.ExpiresAt, ago(op.ExpiresAt, now))
	}
	out.line("Retry of", "%s", op.RetryOf)
	out.line("Retried by", "%s", op.RetriedBy)
	out.line("Revert of", "%s", op.RevertOf)
	out.line("Reverted by", "%s", op.RevertedBy)
	if op.Progress != nil {
		out.line("Waits", "%s", op.Progress.Reason)
	}
	for _, w := range op.Warnings {
		out.line("Warning", "%s: %s", w.Path, w.Message)
	}
	out.line("Payload", "%s", string(op.Payload))
	n := 0
	for i, at := range op.Logs {
		if i == 0 {
			out.head("Attempts:")
		}
		mark := ""
		if !at.only() {
			n++
			mark = strconv.Itoa(n)
		}
		out.text("%2s  %s  %-8s %s", mark, at.CreatedAt, at.Status, operation{Logs: op.Logs[i : i+1]}.lastError())
	}
	if exchanges {
		out.head("What was sent and answered:")
		out.WriteString(op.calls())
	}
	return out.String()
}

// suffix is why a failed operation was ended, where somebody had it so.
func (op operation) suffix() string {
	if op.Reason == "" {
		return ""
	}
	return " (" + op.Reason + ")"
}

// calls are the calls of the attempts, as the API tells them.
func (op operation) calls() string {
	var of struct {
		Logs []jsontext.Value `json:"logs"`
	}
	if _ = remote.Decode(op.raw, &of); len(of.Logs) == 0 {
		return "nothing yet\n"
	}
	var out strings.Builder
	for _, entry := range of.Logs {
		var calls struct {
			Exchanges jsontext.Value `json:"exchanges"`
			Absent    string         `json:"exchanges_absent"`
		}
		if remote.Decode(entry, &calls) != nil {
			continue
		}
		if calls.Absent != "" {
			out.WriteString(output.Plain(calls.Absent) + "\n")
		}
		if text := calls.Exchanges; len(text) > 0 && text.Indent(jsontext.WithIndent("  ")) == nil {
			out.WriteString(output.PlainLines(string(text)) + "\n")
		}
	}
	return out.String()
}
