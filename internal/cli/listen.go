package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/webhook"
)

type tailCommand struct {
	following
	Output string `short:"o" help:"table (a line of text for each), json, jsonl or yaml." enum:"table,json,jsonl,yaml" default:"table"`
	JQ     string `name:"jq" help:"Write what this program of jq makes of each event." placeholder:"PROGRAM"`
}

// Help teaches the command.
func (tailCommand) Help() string {
	return `Reads your partner's feed (docs/feed.md). What is not in it yet is subscribed to for as long as the command runs; other
readers of the feed see that, too. Ctrl-C ends it.

  waybill tail --event resource_operation.failed --jq '.data[0].id'`
}

// Validate refuses what is no program of jq.
func (c tailCommand) Validate() error { return shape{JQ: c.JQ}.Validate() }

// Run shows events.
func (c tailCommand) Run(s *Session) error {
	f, err := s.openFeed(c.following)
	if err != nil {
		return err
	}
	defer f.close()
	p := s.printer(shape{Output: c.Output, JQ: c.JQ})
	s.say("events are shown as they happen; Ctrl-C ends it")
	return f.each(func(e envelope) error {
		return lines(p, e.raw, "id", e.line(p), func(line string) { _, _ = fmt.Fprintln(s.Out, line) })
	})
}

// line tells an event in a line.
func (e envelope) line(p *output.Printer) string {
	at := e.Timestamp
	if t, err := time.Parse(time.RFC3339, at); err == nil {
		at = t.Local().Format(time.TimeOnly)
	}
	text := fmt.Sprintf("%s  %s", at, output.Plain(e.Event))
	if len(e.Data) == 0 {
		return text
	}
	op, err := readOperation(e.Data[0])
	if err != nil {
		return text
	}
	text += "  " + output.Plain(op.ID)
	if op.Verb != "" {
		text += "  " + output.Plain(op.SourceName+" "+op.Verb+" "+op.Resource)
	}
	if op.Status != "" {
		text += "  " + p.Paint(output.Plain(op.standing())) + output.Plain(op.suffix())
	}
	if op.Status == failed {
		text += "  " + output.Plain(op.lastError())
	}
	return text
}

type listenCommand struct {
	following
	ForwardTo  string `help:"The receiver's address." required:"" placeholder:"URL"`
	SecretFile string `help:"The secret to sign with: a file, or - for the input. One is made and shown if left out." placeholder:"FILE"`
}

// Help teaches the command.
func (listenCommand) Help() string {
	return `Reads your partner's feed (docs/feed.md), so that nothing need reach this machine, and posts each event to the receiver with the
headers and signatures of a webhook (docs/webhooks.md). An event is posted once, one after the other. What is not in
the feed yet is subscribed to for as long as the command runs; other readers of the feed see that, too. Ctrl-C ends it.

  waybill listen --forward-to http://localhost:3000/hooks`
}

// Validate refuses what is no address.
func (c listenCommand) Validate() error {
	u, err := url.Parse(c.ForwardTo)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("--forward-to is %q; give an address such as http://localhost:3000/hooks", c.ForwardTo)
	}
	return nil
}

// Run forwards events.
func (c listenCommand) Run(s *Session) error {
	secret := string(webhook.RandomSecret())
	var err error
	if c.SecretFile != "" {
		if secret, err = s.secretFile(c.SecretFile); err != nil {
			return err
		}
	}
	f, err := s.openFeed(c.following)
	if err != nil {
		return err
	}
	defer f.close()
	if c.SecretFile == "" {
		s.say("signed with the secret %s", secret)
	}
	s.say("events are posted to %s; Ctrl-C ends it", c.ForwardTo)
	p := s.printer(shape{Output: string(output.Table)})
	// A receiver's redirect is not followed, as webhooks do not.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	to := &http.Client{Timeout: 10 * time.Second, CheckRedirect: stay}
	return f.each(func(e envelope) error {
		told, err := forward(s.Context, to, c.ForwardTo, secret, e)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.Out, "%s  %s\n", told, e.line(p))
		return err
	})
}

// forward posts an event to a receiver and tells what that answered. A receiver that does not answer is told, too: it may
// be started again meanwhile.
func forward(ctx context.Context, to *http.Client, at, secret string, e envelope) (string, error) {
	header, err := webhook.Sign(e.raw, webhook.Secret(secret), time.Now())
	if err != nil {
		return "", fmt.Errorf("signing the event %s: %w", e.ID, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(e.raw))
	if err != nil {
		return "", fmt.Errorf("posting the event %s: %w", e.ID, err)
	}
	req.Header = header
	began := time.Now()
	resp, err := to.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		var why *url.Error
		if errors.As(err, &why) {
			err = why.Err
		}
		return "no answer: " + output.Plain(err.Error()), nil
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return fmt.Sprintf("%d %s", resp.StatusCode, span(time.Since(began))), nil
}
