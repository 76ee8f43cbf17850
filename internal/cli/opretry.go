package cli

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type opRetryCommand struct {
	at
	shape
	some
	sending
	Edit bool   `help:"Open the body in an editor ($VISUAL, $EDITOR or vi) first, and send what it is then; for one operation."`
	File string `help:"Send this body instead: a file, or - for the input; for one operation." placeholder:"FILE"`

	Overwrite bool `help:"Write older values also over what was written since."`
	Strict    bool `help:"Refuse it if the TSP cannot take one of the fields; for operations that are named."`
}

// Help teaches the command.
func (opRetryCommand) Help() string {
	return `Makes a new operation of what a failed one asked for; retry_of and retried_by link the two. Retries by filters leave
out what was cancelled or has expired. An update that would write older values over what was written since asks first, and is refused among
many, unless --overwrite says so beforehand (of named ones --yes does, too). With --wait it ends as the new operation does: 0, 5 failed, 6 unknown.

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
		if c.sending != (sending{}) || c.Strict {
			return misused("--wait, --sync, --strict and the like are for operations that are named")
		}
		return s.job(client, p, jobOrder{action: "retry", of: "operations", filter: c.members(time.Now()),
			dry: c.DryRun, sure: c.Sure, overwrite: c.Overwrite})
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
		return s.edited(op, func(body []byte) error {
			r.Body = body
			return c.send(s, client, r)
		})
	case c.File != "":
		if r.Body, err = s.readAll(c.File); err != nil {
			return err
		}
		// Without a body it would be sent as it was.
		if _, err := object(c.File, r.Body); err != nil {
			return err
		}
	case c.Key == "" && !c.Sync && !c.DryRun:
		// The same retry asked for again is answered with the operation that it has made.
		c.Key = "retry-" + op.ID
	}
	return c.send(s, client, r)
}

// send sends a retry. Where it would write older values over newer ones a person is asked first.
func (c opRetryCommand) send(s *Session, client *remote.Client, r remote.Request) error {
	if c.Overwrite || c.Yes {
		r.Query.Set("overwrite", "true")
	}
	if c.Strict {
		r.Query.Set("strict", "true")
	}
	err := s.send(client, s.printer(c.shape), c.sending.with(r, c.DryRun))
	newer := newerThan(err)
	switch {
	case newer == nil:
		return err
	case c.DryRun:
		return &Failure{Exit: ExitError, Err: err, Hint: "with --overwrite the dry run shows what would be sent all the same"}
	}
	if err := s.agree(newer.question()); err != nil {
		return err
	}
	r.Query.Set("overwrite", "true")
	return s.send(client, s.printer(c.shape), c.sending.with(r, c.DryRun))
}

// newer is what a retry would write over. The id is "" where it is not told, and the status where nobody knows.
type newer struct {
	ID     string   `json:"operation_id"`
	Status string   `json:"status"`
	Fields []string `json:"fields"`
}

// newerThan is what the API said that a retry would write over; nil if it said something else.
func newerThan(err error) *newer {
	var p *remote.Problem
	if !errors.As(err, &p) || p.Body == nil {
		return nil
	}
	var body struct {
		Overwrites *newer `json:"overwrites"`
	}
	if remote.Decode(p.Body, &body) != nil {
		return nil
	}
	return body.Overwrites
}

// question is what a person is asked.
func (n newer) question() string {
	fields, by := strings.Join(n.Fields, ", "), cmp.Or(n.ID, "another write of the record")
	switch n.Status {
	case "":
		return "write " + fields + " although the record was written so often since that nobody knows whether that is newer"
	case pending:
		return fmt.Sprintf("write over %s, which %s is to write (%s)", fields, by, n.Status)
	case failed:
		return fmt.Sprintf("write over %s, which %s may have written since (outcome unknown)", fields, by)
	}
	return fmt.Sprintf("write over %s, which %s has written since (%s)", fields, by, n.Status)
}
