package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// The exit codes of the group Client.
const (
	ExitError       = 1
	ExitUsage       = 2
	ExitNotFound    = 3
	ExitAuth        = 4
	ExitFailed      = 5
	ExitUnknown     = 6
	ExitInterrupted = 130
)

// Failure is the end of a command that has an exit code of its own, or a hint at what helps.
type Failure struct {
	Exit int
	Err  error
	Hint string
	// Told says that the output tells of it already, so that only the exit code is left to be told.
	Told bool
}

// Error says what went wrong.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// misused is a failure of whoever gave the command.
func misused(format string, args ...any) error {
	return &Failure{Exit: ExitUsage, Err: fmt.Errorf(format, args...)}
}

// ended is an outcome that the output has told of.
func ended(exit int, format string, args ...any) error {
	return &Failure{Exit: exit, Err: fmt.Errorf(format, args...), Told: true}
}

// judge returns the exit code of an error, and what helps.
func judge(err error) (exit int, hint string) {
	var f *Failure
	if errors.As(err, &f) {
		return f.Exit, f.Hint
	}
	if errors.Is(err, context.Canceled) {
		return ExitInterrupted, ""
	}
	var away *remote.Unreachable
	if errors.As(err, &away) {
		if errors.Is(err, syscall.ECONNREFUSED) {
			return ExitError, "nothing listens there; start it (waybill dev, waybill serve), or name another address"
		}
		return ExitError, "check the address, the network between, and a proxy's variables; waybill doctor looks at each step"
	}
	var p *remote.Problem
	if !errors.As(err, &p) {
		return ExitError, ""
	}
	switch {
	case p.Token && (p.Status == http.StatusUnauthorized || p.Status == http.StatusBadRequest):
		return ExitAuth, "check the id and the secret; whoever runs the service makes another with: waybill client rotate ID"
	case p.Status == http.StatusUnauthorized:
		return ExitAuth, "the token is not taken; one from " + variableToken + " must be replaced, or unset to work as a client"
	case p.Status == http.StatusForbidden:
		return ExitAuth, "waybill whoami shows who this client is, and its scopes; what a fleet has granted its share agreement says, which the fleet changes"
	case p.Status == http.StatusNotFound:
		return ExitNotFound, ""
	case p.RetryAfter > 0:
		return ExitError, "try again in " + span(p.RetryAfter)
	}
	return ExitError, ""
}

// Report tells how a command ended, on the error output, and returns its exit code. asJSON wants what the API said as it
// said it.
func Report(w io.Writer, err error, asJSON bool) int {
	if err == nil {
		return 0
	}
	exit, hint := judge(err)
	var f *Failure
	if errors.As(err, &f) && f.Told {
		return exit
	}
	if asJSON {
		_, _ = fmt.Fprintf(w, "%s\n", body(err, hint))
		return exit
	}
	text := err.Error()
	if exit == ExitInterrupted {
		text = "interrupted"
	}
	for i, line := range strings.Split(text, "\n") {
		if i == 0 {
			line = "waybill: " + line
		}
		_, _ = fmt.Fprintln(w, output.Plain(line))
	}
	if hint != "" {
		_, _ = fmt.Fprintln(w, "hint:", output.Plain(hint))
	}
	return exit
}

// body is an error as JSON: what the API said, or else the message and the hint.
func body(err error, hint string) []byte {
	var p *remote.Problem
	if errors.As(err, &p) && p.Body != nil {
		text := p.Body.Clone()
		if text.Compact() == nil {
			return text
		}
	}
	text, _ := json.Marshal(struct {
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
	}{err.Error(), hint}, jsontext.AllowInvalidUTF8(true))
	return text
}

// gathered is the end of what was done to several.
func gathered(failures []error, of int) error {
	switch {
	case len(failures) == 0:
		return nil
	case of == 1:
		return failures[0]
	}
	exit := 0
	for _, err := range failures {
		code, _ := judge(err)
		exit = max(exit, code)
	}
	return &Failure{Exit: exit, Err: fmt.Errorf("%d of %d went wrong", len(failures), of)}
}

// readAll reads a file, or the input where the name is a dash.
func (s *Session) readAll(name string) ([]byte, error) {
	if name == "-" {
		text, err := io.ReadAll(s.In)
		if err != nil {
			return nil, fmt.Errorf("reading the input: %w", err)
		}
		return text, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, &Failure{Exit: ExitUsage, Err: err}
	}
	return text, nil
}
