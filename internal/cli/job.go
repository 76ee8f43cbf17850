package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// job is what the commands read of one.
type job struct {
	ID        string         `json:"id"`
	CreatedAt string         `json:"created_at"`
	Action    string         `json:"action"`
	Filter    jsontext.Value `json:"filter"`
	Status    string         `json:"status"`
	Matched   int            `json:"matched"`
	Done      int            `json:"done"`
	Refused   int            `json:"refused"`
	Left      int            `json:"left"`
	Refusals  []struct {
		Reason  string `json:"reason"`
		Count   int    `json:"count"`
		Example string `json:"example_id"`
		Detail  string `json:"detail"`
	} `json:"refusals"`

	raw jsontext.Value
}

func readJob(body []byte) (job, error) {
	var j job
	err := remote.Decode(body, &j)
	j.raw = body
	return j, err
}

// jobOrder is what is to be done to all that filters select.
type jobOrder struct {
	// action is done to what of says, such as operations.
	action, of string
	filter     map[string]any
	// dry tells how many that are and does nothing.
	dry  bool
	sure Sure
	// overwrite has older values written over newer ones.
	overwrite bool
}

// operationJobs is the path of jobs about operations.
const operationJobs = "/v2/integrations/jobs"

// job does something to all operations that match, after somebody has agreed to how many those are.
func (s *Session) job(c *remote.Client, p *output.Printer, o jobOrder) error {
	return s.jobAt(c, p, operationJobs, o)
}

// jobAt makes a job at a path and follows it to its end.
func (s *Session) jobAt(c *remote.Client, p *output.Printer, path string, o jobOrder) error {
	members := map[string]any{"action": o.action, "filter": o.filter}
	if o.overwrite {
		members["overwrite"] = true
	}
	body, err := json.Marshal(members, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("making a job: %w", err)
	}
	r := remote.Request{Method: http.MethodPost, Path: path, Query: url.Values{"dry_run": {"true"}}, Body: body}
	a, err := c.Do(s.Context, r)
	if err != nil {
		return err
	}
	would, err := readJob(a.Body)
	if err != nil {
		return err
	}
	if o.dry || would.Matched == 0 {
		return s.unmade(p, o, would)
	}
	if err := o.sure.Agreed(s, fmt.Sprintf("%s %d %s", o.action, would.Matched, o.of)); err != nil {
		return err
	}
	r.Query, r.Header = nil, http.Header{"Idempotency-Key": {uuid.NewString()}}
	if a, err = c.Do(s.Context, r); err != nil {
		return err
	}
	j, err := readJob(a.Body)
	if err != nil {
		return err
	}
	return s.follow(c, p, path, j)
}

// unmade tells of a job that was not made. It has no id by which it could be named.
func (s *Session) unmade(p *output.Printer, o jobOrder, would job) error {
	text := fmt.Sprintf("%s: %d %s match; nothing was done", o.action, would.Matched, o.of)
	if !o.dry {
		text = "nothing matches, and nothing was done"
	}
	named := p.Format == output.Names && p.Filter == nil
	if named || !o.dry {
		s.say("%s", text)
	}
	if named || !o.dry && p.ForPeople() {
		return nil
	}
	return p.One(would.raw, "action", func() string { return text + "\n" })
}

// follow tells how far a job is until it has ended.
func (s *Session) follow(c *remote.Client, p *output.Printer, path string, j job) error {
	told := time.Now()
	for look := firstLook; j.Status == "running" || j.Status == "stopping"; look = min(look*3/2, lastLook) {
		if err := s.pause(look); err != nil {
			s.say("the job goes on; waybill job stop %s stops it, waybill job watch %s follows it", j.ID, j.ID)
			return err
		}
		body, err := c.Get(s.Context, path+"/"+j.ID, nil)
		if err != nil {
			return err
		}
		if j, err = readJob(body); err != nil {
			return err
		}
		if time.Since(told) > 2*time.Second && j.Left > 0 {
			told = time.Now()
			s.say("%d of %d: %d done, %d refused", j.Matched-j.Left, j.Matched, j.Done, j.Refused)
		}
	}
	if err := p.One(j.raw, "id", j.page); err != nil {
		return err
	}
	if n := j.undone(); n > 0 {
		return ended(ExitError, "%d were refused", n)
	}
	return nil
}

// undone is to how many it was refused that had not been done before or ended by themselves.
func (j job) undone() (n int) {
	for _, r := range j.Refusals {
		if !slices.Contains([]string{"retried_before", "asked_before", "moved_on"}, r.Reason) {
			n += r.Count
		}
	}
	return n
}

// page tells of a job to people.
func (j job) page() string {
	var out page
	out.text("job %s is %s: %d matched, %d done, %d refused", j.ID, j.Status, j.Matched, j.Done, j.Refused)
	for _, r := range j.Refusals {
		out.text("  %d %s: %s (as %s)", r.Count, r.Reason, r.Detail, r.Example)
	}
	return out.String()
}
