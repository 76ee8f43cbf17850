package cli

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type opWatchCommand struct {
	at
	shape
	which
	IDs     []string      `arg:"" optional:"" name:"id" help:"The operations' ids; leave them out to follow all pending ones that the filters select."`
	Timeout time.Duration `help:"Give up after this time, such as 2m, and end with 1; 0 for never." default:"0s" placeholder:"TIME"`
}

// Help teaches the command.
func (opWatchCommand) Help() string {
	return `Writes a line whenever an operation changes, and ends with it: with 0 if all have succeeded, 5 if one has failed, 6 if
nobody knows what became of one. By filters those are followed that are pending when it begins. A service that restarts
meanwhile is waited for, for a minute.

  waybill op watch 01890a5d-ac96-774b-bcce-b302099a8057 --timeout 2m
  waybill op watch --tsp samsara --since 1h`
}

// mostWatched bounds how many operations are followed at once.
const mostWatched = 1000

// Run follows the operations.
func (c opWatchCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	named := some{which: c.which, IDs: c.IDs}
	byFilter, err := named.choice()
	if err != nil {
		return err
	}
	if c.Connection, err = s.connectionID(client, c.Connection); err != nil {
		return err
	}
	var all []operation
	if byFilter {
		all, err = c.selected(s, client)
	}
	for _, id := range c.IDs {
		var op operation
		if op, err = s.get(client, one{c.Connection}, id); err != nil {
			break
		}
		all = append(all, op)
	}
	if err != nil {
		return err
	}
	return s.watch(client, s.printer(c.shape), all, c.Timeout)
}

// selected are the pending operations that the filters select.
func (c opWatchCommand) selected(s *Session, client *remote.Client) (all []operation, err error) {
	q := c.query(time.Now())
	q.Set("status", pending)
	for item, err := range client.List(s.Context, allOperations, q, mostWatched+1) {
		if err != nil {
			return nil, err
		}
		op, err := readOperation(item)
		if err != nil {
			return nil, err
		}
		all = append(all, op)
	}
	if len(all) > mostWatched {
		return nil, misused("more than %d operations match; narrow the filters", mostWatched)
	}
	if len(all) == 0 {
		s.say("nothing that is pending matches")
	}
	return all, nil
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
		if err := s.lookAgain(c, all); err != nil {
			return err
		}
	}
}

// fewLooks is how many operations are read one by one; of more the list is.
const fewLooks = 8

// lookAgain reads those anew that are pending.
func (s *Session) lookAgain(c *remote.Client, all []operation) error {
	var left []*operation
	for i := range all {
		if all[i].Status == pending {
			left = append(left, &all[i])
		}
	}
	waits := map[string]operation{}
	if len(left) > fewLooks {
		err := s.patiently(func() (err error) {
			waits, err = s.pendingAmong(c, left)
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, op := range left {
		if now, ok := waits[op.ID]; ok {
			*op = now
			continue
		}
		now, err := s.persistently(c, *op)
		if err != nil {
			return err
		}
		*op = now
	}
	return nil
}

// pendingAmong lists what is pending of the time in which some operations were accepted.
func (s *Session) pendingAmong(c *remote.Client, of []*operation) (map[string]operation, error) {
	first, last := of[0].CreatedAt, of[0].CreatedAt
	for _, op := range of {
		first, last = min(first, op.CreatedAt), max(last, op.CreatedAt)
	}
	q := url.Values{"status": {pending}, "from_datetime": {first}, "to_datetime": {last}}
	found := map[string]operation{}
	for item, err := range c.List(s.Context, allOperations, q, mostLooked) {
		if err != nil {
			return nil, err
		}
		op, err := readOperation(item)
		if err != nil {
			return nil, err
		}
		found[op.ID] = op
	}
	return found, nil
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
