package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type opRetryCommand struct {
	at
	shape
	some
	sending
	Edit bool   `help:"Open the body in an editor ($VISUAL, $EDITOR or vi) first, and send what it is then; for one operation."`
	File string `help:"Send this body instead: a file, or - for the input; for one operation." placeholder:"FILE"`
}

// Help teaches the command.
func (opRetryCommand) Help() string {
	return `Makes a new operation of what a failed one asked for; retry_of and retried_by link the two. Retries by filters leave
out what was cancelled or has expired. With --wait it ends as the new operation does: 0, 5 failed, 6 unknown.

  waybill op retry 01890a5d-ac96-774b-bcce-b302099a8057 --wait 30s
  waybill op retry --tsp samsara --since 2h --yes`
}

// Run retries the operations.
func (c opRetryCommand) Run(s *Session) error {
	byFilter, err := c.choice()
	if err != nil {
		return err
	}
	if other := c.Edit || c.File != ""; other && (len(c.IDs) != 1 || c.Edit && c.File != "") {
		return misused("another body, by --edit or --file, is for one operation; name one")
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
		if c.sending != (sending{}) {
			return misused("--wait, --sync and the like are for operations that are named")
		}
		return s.job(client, p, jobOrder{"retry", "operations", c.members(time.Now()), c.DryRun, c.Yes})
	}
	var failures []error
	for _, id := range c.IDs {
		op, err := s.get(client, c.place(), id)
		if err == nil {
			err = c.retry(s, client, op)
		}
		if err != nil && len(c.IDs) > 1 {
			s.say("%s: %v", id, err)
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	return gathered(failures, len(c.IDs))
}

// retry retries one operation.
func (c opRetryCommand) retry(s *Session, client *remote.Client, op operation) error {
	r := remote.Request{Method: http.MethodPost, Path: op.path("/retry"), Query: url.Values{}, Header: http.Header{}}
	var err error
	switch {
	case c.Edit:
		if r.Body, err = s.edit(op.given()); err != nil {
			return err
		}
	case c.File != "":
		if r.Body, err = s.readAll(c.File); err != nil {
			return err
		}
	case c.Key == "" && !c.Sync && !c.DryRun:
		// The same retry asked for again is answered with the operation that it has made.
		c.Key = "retry-" + op.ID
	}
	return s.send(client, s.printer(c.shape), c.sending.with(r, c.DryRun))
}

// edit has a person change a body, and returns it as it is then.
func (s *Session) edit(payload jsontext.Value) ([]byte, error) {
	editor := s.Getenv("VISUAL")
	if editor == "" {
		editor = s.Getenv("EDITOR")
	}
	if editor == "" {
		editor = "vi"
	}
	text := payload.Clone()
	if err := text.Indent(jsontext.WithIndent("  ")); err != nil {
		return nil, fmt.Errorf("the payload cannot be edited: %w", err)
	}
	file, err := os.CreateTemp("", "waybill-*.json")
	if err != nil {
		return nil, fmt.Errorf("making a file to edit: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(append(text, '\n'))
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("writing the file to edit: %w", err)
	}
	words := strings.Fields(editor)
	//nolint:gosec // It is the person's own editor.
	run := exec.CommandContext(s.Context, words[0], append(words[1:], file.Name())...)
	run.Stdin, run.Stdout, run.Stderr = s.In, s.Err, s.Err
	if s.Shows {
		run.Stdout = s.Out
	}
	if err := run.Run(); err != nil {
		return nil, fmt.Errorf("the editor %s: %w; nothing was sent", editor, err)
	}
	edited, err := os.ReadFile(file.Name())
	if err != nil {
		return nil, fmt.Errorf("reading what was edited: %w", err)
	}
	after := jsontext.Value(edited).Clone()
	if err := after.Compact(); err != nil {
		return nil, fmt.Errorf("what was edited is no JSON, and nothing was sent: %w", err)
	}
	if before := payload.Clone(); before.Compact() == nil && string(before) == string(after) {
		return nil, errors.New("nothing was changed, and nothing was sent; without --edit it is sent as it was")
	}
	return after, nil
}
