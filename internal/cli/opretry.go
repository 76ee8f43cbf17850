package cli

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/remote"
	"github.com/waybill-dev/waybill/internal/resource"
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
out what was cancelled or has expired. An update that would write over what was written since asks first (--yes). With --wait it ends as the new operation does: 0, 5 failed, 6 unknown.

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
		return s.edited(op, func(body []byte) error {
			r.Body = body
			return s.send(client, s.printer(c.shape), c.sending.with(r, c.DryRun))
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
	if len(r.Body) == 0 && !c.DryRun && !c.Yes && op.RetriedBy == "" {
		if err := s.mayOverwrite(client, op); err != nil {
			return err
		}
	}
	return s.send(client, s.printer(c.shape), c.sending.with(r, c.DryRun))
}

// mayOverwrite asks a person where a retry would write over what was written since. It looks at the newest writes of the
// record.
func (s *Session) mayOverwrite(c *remote.Client, op operation) error {
	accepted, err := time.Parse(time.RFC3339, op.CreatedAt)
	if op.Verb != string(resource.Update) || op.ResourceID == "" || err != nil {
		return nil
	}
	// Lists reach back for 45 days at most.
	from := accepted
	if reach := time.Now().Add(-44 * 24 * time.Hour); reach.After(from) {
		from = reach
	}
	q := url.Values{"resource_id": {op.ResourceID}, "operation": {op.Verb}, "from_datetime": {instant(from)}}
	for item, err := range c.List(s.Context, allOperations, q, newest) {
		if err != nil {
			return err
		}
		later, err := readOperation(item)
		if err != nil {
			return err
		}
		at, err := time.Parse(time.RFC3339, later.CreatedAt)
		if err != nil || later.ID == op.ID || later.Status == failed || !at.After(accepted) {
			continue
		}
		if both := op.shares(later); len(both) > 0 {
			return s.agree(fmt.Sprintf("write over %s, which %s has written since (%s),", strings.Join(both, ", "), later.ID, later.Status))
		}
	}
	return nil
}

// shares names the fields that two writes have in common.
func (op operation) shares(with operation) (both []string) {
	var one, other map[string]jsontext.Value
	if remote.Decode(op.given(), &one) != nil || remote.Decode(with.given(), &other) != nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(one)) {
		if _, ok := other[name]; ok && name != "connection_id" {
			both = append(both, name)
		}
	}
	return both
}
