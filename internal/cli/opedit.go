package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// edited has a person change the body of an operation and does something with it then. What was edited is kept where that
// goes wrong.
func (s *Session) edited(op operation, do func(body []byte) error) error {
	text := op.given().Clone()
	if err := text.Indent(jsontext.WithIndent("  ")); err != nil {
		return fmt.Errorf("the payload cannot be edited: %w", err)
	}
	file, err := os.CreateTemp("", "waybill-*.json")
	if err != nil {
		return fmt.Errorf("making a file to edit: %w", err)
	}
	_, err = file.Write(append(text, '\n'))
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing the file to edit: %w", err)
	}
	body, err := s.edit(file.Name(), op.given())
	if err == nil {
		err = do(body)
	} else if !errors.Is(err, errNoJSON) {
		_ = os.Remove(file.Name())
		return err
	}
	if err != nil && !outcome(err) {
		s.say("what you have edited is kept: waybill op retry %s --file %s", op.ID, file.Name())
		return err
	}
	_ = os.Remove(file.Name())
	return err
}

// errNoJSON is what is wrong with a text that cannot be sent.
var errNoJSON = errors.New("what was edited is no JSON, and nothing was sent")

// outcome tells whether an error is how a write has ended that was made.
func outcome(err error) bool {
	var f *Failure
	return errors.As(err, &f) && f.Told
}

// edit opens a file in the person's editor, and returns what it holds then.
func (s *Session) edit(name string, before jsontext.Value) ([]byte, error) {
	editor := cmp.Or(s.Getenv("VISUAL"), s.Getenv("EDITOR"), "vi")
	words := strings.Fields(editor)
	// An editor has an interruption for itself.
	run := exec.CommandContext(context.WithoutCancel(s.Context), words[0], append(words[1:], name)...)
	run.Stdin, run.Stdout, run.Stderr = s.In, s.Err, s.Err
	if s.Shows {
		run.Stdout = s.Out
	}
	if err := run.Run(); err != nil {
		return nil, fmt.Errorf("the editor %s: %w; nothing was sent", editor, err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading what was edited: %w", err)
	}
	after := jsontext.Value(text)
	if err := after.Compact(); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoJSON, err)
	}
	if before = before.Clone(); before.Compact() == nil && string(before) == string(after) {
		return nil, errors.New("nothing was changed, and nothing was sent; without --edit it is sent as it was")
	}
	return after, nil
}
