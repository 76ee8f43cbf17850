package cli

import (
	"errors"
	"fmt"
	"net/url"
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
	Retry   opRetryCommand   `cmd:"" help:"Send failed operations once more: by their ids, or all that match."`
	Cancel  opCancelCommand  `cmd:"" help:"Cancel pending operations: by their ids, or all that match."`
	Resolve opResolveCommand `cmd:"" help:"Say what became of an operation whose outcome nobody knows, once somebody has looked."`
	Revert  opRevertCommand  `cmd:"" help:"Take back an update that has succeeded."`
}

// when is a moment that a person gives: a time, or how long ago.
type when struct {
	at  time.Time
	ago time.Duration
	set bool
}

// UnmarshalText reads a time of RFC 3339, or a length such as 90s, 2h or 7d.
func (w *when) UnmarshalText(text []byte) error {
	given := string(text)
	w.set = true
	if t, err := time.Parse(time.RFC3339, given); err == nil {
		w.at = t
		return nil
	}
	if days, ok := strings.CutSuffix(given, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n < 10_000 {
			w.ago = time.Duration(n) * 24 * time.Hour
			return nil
		}
	}
	d, err := time.ParseDuration(given)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no time; give how long ago, such as 90s, 2h or 7d, or a time such as 2026-01-15T08:00:00Z", given)
	}
	w.ago = d
	return nil
}

// time is the moment; zero if none was given.
func (w when) time(now time.Time) time.Time {
	if w.ago > 0 {
		return now.Add(-w.ago)
	}
	return w.at
}

// which are the filters that lists and jobs of operations have in common.
type which struct {
	Connection string   `help:"Of this connection: its id, or its TSP where you have one there." placeholder:"ID"`
	TSP        string   `name:"tsp" help:"At this TSP, such as samsara." placeholder:"NAME"`
	Kind       string   `help:"Of this kind, such as message." placeholder:"KIND"`
	Verb       string   `help:"create or update." enum:",create,update" default:"" placeholder:"VERB"`
	FleetRef   []string `help:"Of the fleet that you call so; repeat for several." sep:"none" placeholder:"REF"`
	ResourceID string   `help:"Of the record with this id." placeholder:"ID"`
	SourceID   string   `help:"Of the record with this id at the TSP; needs --kind." placeholder:"ID"`
	Since      when     `help:"Accepted since then: 90s, 2h, 7d, or a time." placeholder:"WHEN"`
	Until      when     `help:"Accepted until then." placeholder:"WHEN"`
}

// kindOf is a kind as the wire has it: people may write fuel-transaction.
func kindOf(text string) string { return strings.ReplaceAll(text, "-", "_") }

// members are the filters as a job takes them; none if none was given.
func (w which) members(now time.Time) map[string]any {
	all := map[string]any{}
	for name, value := range map[string]string{"connection_id": w.Connection, "source_name": w.TSP, "resource": kindOf(w.Kind),
		"operation": w.Verb, "resource_id": w.ResourceID, "source_id": w.SourceID} {
		if value != "" {
			all[name] = value
		}
	}
	if len(w.FleetRef) > 0 {
		all["fleet_refs"] = w.FleetRef
	}
	for name, moment := range map[string]when{"from_datetime": w.Since, "to_datetime": w.Until} {
		if moment.set {
			all[name] = instant(moment.time(now))
		}
	}
	return all
}

// query are the filters as a list takes them.
func (w which) query(now time.Time) url.Values {
	q := url.Values{}
	for name, value := range w.members(now) {
		switch v := value.(type) {
		case string:
			q.Set(name, v)
		case []string:
			q[name] = v
		}
	}
	return q
}

type opListCommand struct {
	at
	shape
	which
	Status string `help:"pending, success or failed." enum:",pending,success,failed" default:"" placeholder:"STATUS"`
	Reason string `help:"Pending for this reason alone, such as rate_limited or connection_paused." placeholder:"CODE"`
	Limit  int    `short:"n" help:"How many at most; 0 for all." default:"50"`
}

// Help teaches the command.
func (opListCommand) Help() string {
	return `Without --since it lists those of the last day, and of pending ones all of the last 45 days.

  waybill op list --status failed --since 2h
  waybill op list --reason connection_paused -o name`
}

// Validate refuses what can be no list.
func (c opListCommand) Validate() error {
	var limit error
	if c.Limit < 0 {
		limit = errors.New("--limit is negative; give 0 for all")
	}
	return errors.Join(limit, c.shape.Validate())
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
	p := s.printer(c.shape)
	// Lines come as they are read, however many there are.
	if c.Output == string(output.Lines) || c.Output == string(output.Names) {
		for item, err := range client.List(s.Context, allOperations, q, c.Limit) {
			if err == nil {
				err = p.Item(item, "id")
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	var all []jsontext.Value
	for item, err := range client.List(s.Context, allOperations, q, c.Limit) {
		if err != nil {
			return err
		}
		all = append(all, item)
	}
	if p.ForPeople() && c.Limit > 0 && len(all) == c.Limit {
		s.say("these are the newest %d; --limit 0 lists all", c.Limit)
	}
	if p.ForPeople() && len(all) == 0 {
		s.say("none; without --since only those of the last day are listed, and of pending ones those of 45 days")
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
		if next := op.Progress.NextAttemptAt; next != "" {
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
	if len(op.Logs) == 0 {
		return ""
	}
	last := op.Logs[len(op.Logs)-1]
	if last.Code > 0 && !strings.HasPrefix(last.Details, strconv.Itoa(last.Code)) {
		return strings.TrimSpace(fmt.Sprintf("%d %s", last.Code, last.Details))
	}
	return last.Details
}

// age is how long ago a time of the API was.
func age(text string, now time.Time) string { return strings.TrimSuffix(ago(text, now), " ago") }
