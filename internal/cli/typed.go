package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// typed is what a person types, or why it did not come. An interruption is not kept waiting for the end of a line.
func typed[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type answer struct {
		text T
		err  error
	}
	came := make(chan answer, 1)
	go func() {
		text, err := read()
		came <- answer{text, err}
	}()
	select {
	case a := <-came:
		return a.text, a.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// line reads a line; the end of the input ends one, too.
func (s *Session) line() (string, error) {
	return typed(s.Context, func() (string, error) {
		text, err := bufio.NewReader(s.In).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return text, err
	})
}

// typedUnseen reads a line from the terminal without showing it.
func (s *Session) typedUnseen() (string, error) {
	at := int(os.Stdin.Fd())
	before, err := term.GetState(at)
	if err != nil {
		return "", fmt.Errorf("reading the terminal: %w", err)
	}
	text, err := typed(s.Context, func() ([]byte, error) { return term.ReadPassword(at) })
	if s.Context.Err() != nil {
		// Whoever reads on cannot put the terminal back any more.
		_ = term.Restore(at, before)
	}
	return string(text), err
}

// Sure is the flag of a command that destroys something or holds others up: it is asked whether to do it, unless that was said
// beforehand.
type Sure struct {
	Yes bool `short:"y" help:"Do it without asking."`
}

// Agreed is nil if it is to be done: --yes says so, or a person does.
func (c Sure) Agreed(s *Session, what string) error {
	if c.Yes {
		return nil
	}
	return s.agree(what)
}

// agree asks a person whether something is to be done. Where nobody sits there it is refused.
func (s *Session) agree(what string) error {
	if !s.Asks {
		return misused("nobody can be asked here whether to %s; --yes says so beforehand", what)
	}
	_, _ = fmt.Fprintf(s.Err, "%s? [y/N] ", what)
	line, err := s.line()
	if err != nil {
		return err
	}
	if answer := strings.ToLower(strings.TrimSpace(line)); answer != "y" && answer != "yes" {
		return &Failure{Exit: ExitError, Err: errors.New("nothing was done")}
	}
	return nil
}
