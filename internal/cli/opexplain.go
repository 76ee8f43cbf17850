package cli

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type opExplainCommand struct {
	at
	shape
	one
	ID string `arg:"" help:"The operation's id."`
}

// Help teaches the command.
func (opExplainCommand) Help() string {
	return `Says what the operation waits for, since when, what comes next and what helps; of one that waits behind another, what
that one waits for, too. Of one that has ended it says how, and what can be done about it.

  waybill op explain 01890a5d-ac96-774b-bcce-b302099a8057`
}

// mostHops bounds how far behind each other operations are explained.
const mostHops = 5

// Run explains the operation.
func (c opExplainCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	op, err := s.get(client, c.one, c.ID)
	if err != nil {
		return err
	}
	p := s.printer(c.shape)
	if !p.ForPeople() {
		return p.Item(op.raw, "id")
	}
	var out page
	for hop := 0; ; hop++ {
		s.explain(client, &out, op)
		// What has ended without an answer holds up for a time, and no longer for what it waits for itself.
		if op.Progress == nil || op.Progress.Behind == "" || op.Progress.Code != "behind" || op.Progress.NextAttemptAt != "" {
			break
		}
		if hop == mostHops {
			out.text("\n… and so on: waybill op explain %s goes on from there.", op.Progress.Behind)
			break
		}
		out.text("")
		if op, err = s.get(client, one{}, op.Progress.Behind); err != nil {
			return err
		}
	}
	return p.One(op.raw, "id", out.String)
}

// explain tells of one operation.
func (s *Session) explain(c *remote.Client, out *page, op operation) {
	now := time.Now()
	out.text("%s: %s %s at %s, accepted %s.", op.ID, op.Verb, op.Resource, op.SourceName, ago(op.CreatedAt, now))
	switch {
	case op.Progress != nil:
		s.explainWaiting(c, out, op, now)
	case op.Status == pending:
		out.text("It has not ended. Why it waits is not told to this client, which is strict (docs/sdk.md); another one of yours can ask.")
	case op.Status == succeeded:
		out.text("It has succeeded %s, after %d attempts. The record is %s, and %s at %s.", ago(op.UpdatedAt, now), op.attempts(),
			op.ResourceID, op.SourceID, op.SourceName)
	default:
		closed := ""
		if op.RetriedBy == "" {
			closed = s.closed(c, op.ConnectionID)
		}
		op.explainEnd(out, now, closed)
	}
}

// turn says when the turn of an operation may come.
func turn(at string, now time.Time) string {
	if t, err := time.Parse(time.RFC3339, at); err == nil && !t.After(now) {
		return "may come at any moment"
	}
	return "comes " + ago(at, now) + " at the earliest"
}

// explainWaiting tells what a pending operation waits for, and what helps.
func (s *Session) explainWaiting(c *remote.Client, out *page, op operation, now time.Time) {
	w := op.Progress
	out.text("It waits (%s): %s.", w.Code, w.Reason)
	if said := op.lastError(); said != "" {
		last, _ := op.last()
		how := "Its last attempt ended"
		if last.withheld() {
			how = "Its last attempt was ended by Waybill itself"
		}
		out.text("%s %s: %s", how, ago(last.UpdatedAt, now), said)
	}
	if w.Code == "behind" && w.NextAttemptAt != "" && w.Behind != "" {
		out.text("That write is %s: waybill op explain %s", w.Behind, w.Behind)
	}
	switch {
	case w.Code == "connection_paused", w.Code == "connection_stale":
	case w.NextAttemptAt != "":
		out.text("The next attempt is due %s, at %s.", ago(w.NextAttemptAt, now), w.NextAttemptAt)
	case w.EarliestTurn != "":
		out.text("Its turn %s, as far as is known now.", turn(w.EarliestTurn, now))
	}
	if n := w.Position; n.Chain+n.Lane > 0 {
		more := ""
		if n.AtLeast {
			more = " or more"
		}
		out.text("Ahead of it: %d of its record or between its two people, %d%s of its connection.", n.Chain, n.Lane, more)
	}
	out.text("It was tried %d times; %d more attempts at a TSP that answers may fail. If it has not ended by %s (%s), it fails.",
		w.Attempts, w.AttemptsLeft, w.Deadline, ago(w.Deadline, now))
	if op.ExpiresAt != "" {
		out.text("Nothing of it is sent after %s (%s).", op.ExpiresAt, ago(op.ExpiresAt, now))
	}
	if help := s.helps(c, op); help != "" {
		out.text("What helps: %s", help)
	}
}

// helps says what can be done for an operation that waits; "" where there is nothing but to wait.
func (s *Session) helps(c *remote.Client, op operation) string {
	switch op.Progress.Code {
	case "connection_paused":
		return "waybill conn activate " + op.ConnectionID + " lets it go on."
	case "connection_stale":
		text := "new credentials for the connection: waybill conn test " + op.ConnectionID + " tries those that it has, and waybill conn activate " +
			op.ConnectionID + " lets it go on where they are good."
		if why := s.problemOf(c, op.ConnectionID); why != "" {
			text = "the TSP says of the credentials: " + why + ". " + text
		}
		return text
	case "behind":
		switch {
		case op.Progress.NextAttemptAt != "":
			return "nothing; it goes on by itself at that time; if it is not wanted any more: waybill op cancel " + op.ID
		case op.Progress.Behind != "":
			return "the end of " + op.Progress.Behind + ", of which this is to be said:"
		}
		return "the end of an operation that is not yours."
	case "back_off", "looking_up", "retry_after", "rate_limited", "window", "queued":
		return op.patience()
	}
	return ""
}

// patience is to wait, and what ends that sooner where it would not be refused.
func (op operation) patience() string {
	w, text := op.Progress, "waiting"
	switch {
	case !w.CanBeTried:
	case w.Code == "back_off":
		text += ", or, once what ails the TSP is mended: waybill op try " + op.ID
	case w.Code == "looking_up":
		text += ", or a look at once: waybill op try " + op.ID
	}
	// What the TSP may have taken is not cancelled.
	if w.State == "unknown" {
		return text
	}
	return text + "; if it is not wanted any more: waybill op cancel " + op.ID
}

// problemOf is why a connection is stale; "" if that cannot be read.
func (s *Session) problemOf(c *remote.Client, id string) string {
	var conn struct {
		Problem string `json:"problem"`
	}
	body, err := c.Get(s.Context, "/v2/integrations/connections/"+id, nil)
	if err != nil || remote.Decode(body, &conn) != nil {
		return ""
	}
	return conn.Problem
}

// closed says why a connection takes no write now, and so no retry; "" if it takes some, or that cannot be read.
func (s *Session) closed(c *remote.Client, id string) string {
	var conn connection
	body, err := c.Get(s.Context, allConnections+"/"+id, nil)
	var refused *remote.Problem
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusNotFound:
		return "its connection is there no more, or is yours no more; what is still wanted is a write of its own over another one"
	case err != nil || remote.Decode(body, &conn) != nil || conn.Status == "active":
		return ""
	case conn.Status == "cancelled":
		return "its connection is cancelled, which is final; what is still wanted is a write of its own over another one"
	}
	return "its connection is " + conn.Status + "; first waybill conn activate " + id
}

// explainEnd tells how an operation has failed, and what can be done; closed says why its connection takes no retry, if so.
func (op operation) explainEnd(out *page, now time.Time, closed string) {
	how := "It has failed"
	tries := op.attempts()
	last, _ := op.last()
	if last.withheld() && tries == 0 {
		how = "It has failed, and nothing of it was sent"
	}
	switch op.Reason {
	case "cancelled":
		how = "It was cancelled, and nothing of it was sent"
		if tries > 0 {
			how = "It was cancelled, and nothing of it was applied"
		}
	case "expired":
		how = "It has expired, and was not sent in time"
		if tries > 0 {
			how = "It has expired, and nothing of it was applied in time"
		}
	case "reference_failed":
		how = "It has failed with the operation whose record it names"
	}
	out.text("%s, %s. Attempts: %d.", how, ago(op.UpdatedAt, now), tries)
	if said := op.lastError(); said != "" {
		out.text("%s: %s", last.speaker(op.SourceName), said)
	}
	switch {
	case op.RetriedBy != "":
		out.text("It was retried: waybill op explain %s", op.RetriedBy)
	case op.unknown():
		out.text("Nobody knows whether %s has taken it. Look there, and say what you find:", op.SourceName)
		out.text("  it is there:      waybill op resolve %s --applied%s", op.ID, op.sourceFlag())
		if closed != "" {
			out.text("  it is not there:  waybill op resolve %s --not-applied. A retry would be refused now: %s.", op.ID, closed)
			return
		}
		out.text("  it is not there:  waybill op resolve %s --not-applied, and then waybill op retry %s", op.ID, op.ID)
	case closed != "":
		out.text("A retry would be refused now: %s.", closed)
	case last.withheld():
		out.text("What helps: once that is mended, waybill op retry %s sends it; with --edit you correct it first.", op.ID)
	default:
		out.text("What helps: waybill op retry %s sends it once more; with --edit you correct it first.", op.ID)
	}
}

// speaker says whose word an entry of the log is, before it is quoted.
func (a attempt) speaker(tsp string) string {
	switch {
	case a.withheld() && a.Reach == "read":
		return "Waybill asked " + tsp + " and did not send it"
	case a.withheld():
		return "Waybill itself ended it, and did not call " + tsp + " for that"
	}
	return "The last entry of its log"
}

// sourceFlag is what resolving a create of a record needs beside.
func (op operation) sourceFlag() string {
	if op.Verb != "create" {
		return ""
	}
	return fmt.Sprintf(" --source-id ID-AT-%s", op.SourceName)
}
