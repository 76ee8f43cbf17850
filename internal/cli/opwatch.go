package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type opWatchCommand struct {
	at
	shape
	one
	IDs     []string      `arg:"" name:"id" help:"The operations' ids."`
	Timeout time.Duration `help:"Give up after this time, such as 2m, and end with 1; 0 for never." default:"0s" placeholder:"TIME"`
}

// Help teaches the command.
func (opWatchCommand) Help() string {
	return `Writes a line whenever an operation changes, and ends with it: with 0 if all have succeeded, 5 if one has failed, 6 if
nobody knows what became of one. A service that restarts meanwhile is waited for, for a minute.`
}

// Run follows the operations.
func (c opWatchCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	var all []operation
	for _, id := range c.IDs {
		op, err := s.get(client, c.one, id)
		if err != nil {
			return err
		}
		all = append(all, op)
	}
	return s.watch(client, s.printer(c.shape), all, c.Timeout)
}

// The pauses between two looks at an operation.
const (
	firstLook = 200 * time.Millisecond
	lastLook  = 2 * time.Second
)

// watch follows operations to their ends and tells the worst of them.
func (s *Session) watch(c *remote.Client, p *output.Printer, all []operation, timeout time.Duration) error {
	said := map[string]string{}
	began := time.Now()
	for look := firstLook; ; look = min(look*3/2, lastLook) {
		left := false
		for i := range all {
			if err := s.tell(p, all[i], said); err != nil {
				return err
			}
			left = left || all[i].Status == pending
		}
		if !left {
			return worst(all)
		}
		if timeout > 0 && time.Since(began) > timeout {
			return &Failure{Exit: ExitError, Err: fmt.Errorf("not all have ended within %s; they go on", timeout)}
		}
		if err := s.pause(look); err != nil {
			return err
		}
		for i := range all {
			if all[i].Status != pending {
				continue
			}
			var err error
			if all[i], err = s.persistently(c, all[i]); err != nil {
				return err
			}
		}
	}
}

// tell writes how an operation stands if it has not said so before.
func (s *Session) tell(p *output.Printer, op operation, said map[string]string) error {
	code := op.Status
	if op.Progress != nil {
		code += op.Progress.Code + op.Progress.NextAttemptAt
	}
	if said[op.ID] == code {
		return nil
	}
	said[op.ID] = code
	now := time.Now()
	text := fmt.Sprintf("%s  %s  %s  %s", now.Format(time.TimeOnly), op.ID, p.Paint(op.standing()), output.Plain(op.why(now)))
	return lines(p, op.raw, "id", text, func(line string) { _, _ = fmt.Fprintln(s.Out, line) })
}

// worst is the end of a command about several operations that have ended.
func worst(all []operation) error {
	var found error
	for _, op := range all {
		err := op.outcome()
		var f, before *Failure
		if errors.As(err, &f) && (!errors.As(found, &before) || f.Exit > before.Exit) {
			found = err
		}
	}
	return found
}
