package cli

import (
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
)

type opCommands struct {
	List    opListCommand    `cmd:"" help:"List operations: the writes that were accepted, newest first."`
	Get     opGetCommand     `cmd:"" help:"Show one operation with its attempts."`
	Explain opExplainCommand `cmd:"" help:"Say in sentences why an operation waits or has failed, and what helps."`
	Watch   opWatchCommand   `cmd:"" help:"Follow operations to their ends."`
	Try     opTryCommand     `cmd:"" help:"Try operations now that wait for their next attempt, or look now at what became of one."`
	Retry   opRetryCommand   `cmd:"" help:"Send failed operations once more: by their ids, or all that match."`
	Cancel  opCancelCommand  `cmd:"" help:"Cancel pending operations: by their ids, or all that match."`
	Resolve opResolveCommand `cmd:"" help:"Say what became of an operation whose outcome nobody knows, once somebody has looked."`
	Revert  opRevertCommand  `cmd:"" help:"Take back an update that has succeeded."`
}

type opListCommand struct {
	at
	shape
	watched
	which
	Status string `help:"pending, success or failed." enum:",pending,success,failed" default:"" placeholder:"STATUS"`
	Reason string `help:"Pending for this reason alone, such as rate_limited or connection_paused." placeholder:"CODE"`
	Limit  int    `short:"n" help:"How many at most; 0 for all." default:"50"`
}

// Help teaches the command.
func (opListCommand) Help() string {
	return `Without --since it lists those of the last day, and of pending ones all of the last 45 days. LOG is how many entries the
log of each has, which "waybill op get" shows: its attempts, and what Waybill ended by itself or somebody resolved.
WHY is why it waits, or by what it ended.

  waybill op list --status failed --since 2h
  waybill op list --reason connection_paused -o name
  waybill op list --status pending --watch

With --watch what no longer matches is not told elsewhere than on a terminal; "waybill op watch" follows operations
to their ends.`
}

// Validate refuses what can be no list.
func (c opListCommand) Validate() error {
	var limit error
	if c.Limit < 0 {
		limit = errors.New("--limit is negative; give 0 for all")
	}
	return errors.Join(limit, c.fits(c.shape), c.bounded(c.Limit), c.shape.Validate())
}

// Run lists operations.
func (c opListCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	if c.Connection, err = s.connectionID(client, c.Connection); err != nil {
		return err
	}
	now := time.Now()
	q := c.query(now)
	for name, value := range map[string]string{"status": c.Status, "reason": c.Reason} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if c.Watch {
		return s.lists(c.watched, c.shape, func() (l listing, err error) {
			for item, err := range client.List(s.Context, allOperations, q, c.Limit) {
				if err != nil {
					return l, err
				}
				l.items = append(l.items, item)
			}
			l.grid = operationsGrid(l.items, time.Now())
			return l, nil
		})
	}
	return c.list(s, client.List(s.Context, allOperations, q, c.Limit), now)
}

// list writes what is listed. Lines come as they are read, however many there are.
func (c opListCommand) list(s *Session, found iter.Seq2[jsontext.Value, error], now time.Time) error {
	p := s.printer(c.shape)
	streams := c.Output == string(output.Lines) || c.Output == string(output.Names)
	var all []jsontext.Value
	count := 0
	for item, err := range found {
		count++
		switch {
		case err != nil:
		case streams:
			err = p.Item(item, "id")
		default:
			all = append(all, item)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case c.Limit > 0 && count == c.Limit:
		s.say("these are the newest %d; --limit 0 lists all", c.Limit)
	case count == 0 && p.ForPeople():
		s.say("none; without --since only those of the last day are listed, and of pending ones those of 45 days")
		return nil
	}
	if streams {
		return nil
	}
	return p.List(all, "id", func() output.Grid { return operationsGrid(all, now) })
}

// operationsGrid is the table of operations.
func operationsGrid(all []jsontext.Value, now time.Time) output.Grid {
	g := output.Grid{Heads: []string{"ID", "AGE", "TSP", "WRITE", "STATUS", "LOG", "WHY"}}
	for _, item := range all {
		op, err := readOperation(item)
		if err != nil {
			continue
		}
		g.Add(op.ID, age(op.CreatedAt, now), op.SourceName, op.Verb+" "+op.Resource, op.standing(), strconv.Itoa(len(op.Logs)),
			op.why(now))
	}
	return g
}

// why is in short why an operation waits or has failed.
func (op operation) why(now time.Time) string {
	switch {
	case op.Progress != nil:
		text := op.Progress.Code
		if next := op.Progress.NextAttemptAt; next != "" && !strings.HasPrefix(text, "connection_") {
			text += ", next " + ago(next, now)
		}
		if last := op.lastError(); last != "" {
			text += ": " + last
		}
		return text
	case op.Status == failed && op.RetriedBy != "":
		return "retried by " + op.RetriedBy
	case op.Status == failed && op.Reason != "":
		return op.Reason
	case op.Status == failed:
		return op.lastError()
	case len(op.Warnings) > 0:
		return fmt.Sprintf("%d warnings", len(op.Warnings))
	}
	return ""
}

// lastError is what the last attempt failed by.
func (op operation) lastError() string {
	last, _ := op.last()
	if last.Code > 0 && last.Reach != "none" && !strings.HasPrefix(last.Details, strconv.Itoa(last.Code)) {
		return strings.TrimSpace(fmt.Sprintf("%d %s", last.Code, last.Details))
	}
	return last.Details
}

// age is how long ago a time of the API was.
func age(text string, now time.Time) string { return strings.TrimSuffix(ago(text, now), " ago") }
