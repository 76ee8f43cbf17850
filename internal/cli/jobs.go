package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type jobCommands struct {
	List  jobListCommand  `cmd:"" help:"List what is and was done to many: retries, cancels and replays."`
	Watch jobWatchCommand `cmd:"" help:"Follow a job to its end."`
	Stop  jobStopCommand  `cmd:"" help:"Stop a job; what it has done stays done."`
}

// deadLetterJobs is the path of jobs about dead letters.
const deadLetterJobs = "/v2/notifications/jobs"

type jobListCommand struct {
	at
	shape
	watched
	DeadLetters bool `help:"Those that replay dead letters."`
	Limit       int  `short:"n" help:"How many at most; 0 for all." default:"20"`
}

// Validate refuses what can be no list.
func (c jobListCommand) Validate() error {
	return errors.Join(c.fits(c.shape), c.bounded(c.Limit), c.shape.Validate())
}

// Run lists the jobs.
func (c jobListCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	path := operationJobs
	if c.DeadLetters {
		path = deadLetterJobs
	}
	return s.lists(c.watched, c.shape, func() (listing, error) { return c.found(s, client, path) })
}

// found are the jobs of a path.
func (c jobListCommand) found(s *Session, client *remote.Client, path string) (listing, error) {
	l := listing{grid: output.Grid{Heads: []string{"ID", "AGE", "ACTION", "STATUS", "MATCHED", "DONE", "REFUSED", "LEFT", "FILTER"}}}
	now := time.Now()
	for item, err := range client.List(s.Context, path, nil, max(c.Limit, 0)) {
		if err != nil {
			return l, err
		}
		j, err := readJob(item)
		if err != nil {
			return l, err
		}
		l.grid.Add(j.ID, age(j.CreatedAt, now), j.Action, j.Status, strconv.Itoa(j.Matched), strconv.Itoa(j.Done), strconv.Itoa(j.Refused),
			strconv.Itoa(j.Left), string(j.Filter))
		l.items = append(l.items, item)
	}
	return l, nil
}

// oneJob is what commands about one job take.
type oneJob struct {
	at
	shape
	ID string `arg:"" help:"The job's id."`
}

// ask asks about the job, or for something to be done with it: first as one about operations, then about dead letters.
func (c oneJob) ask(s *Session, method, do string) (client *remote.Client, path string, j job, err error) {
	if client, err = s.dial(c.at); err != nil {
		return nil, "", j, err
	}
	for _, path = range []string{operationJobs, deadLetterJobs} {
		var a remote.Answer
		a, err = client.Do(s.Context, remote.Request{Method: method, Path: path + "/" + url.PathEscape(c.ID) + do})
		var p *remote.Problem
		if errors.As(err, &p) && p.Status == http.StatusNotFound {
			continue
		}
		if err == nil {
			j, err = readJob(a.Body)
		}
		break
	}
	return client, path, j, err
}

type jobWatchCommand struct{ oneJob }

// Run follows the job.
func (c jobWatchCommand) Run(s *Session) error {
	client, path, j, err := c.ask(s, http.MethodGet, "")
	if err != nil {
		return err
	}
	return s.follow(client, s.printer(c.shape), path, j)
}

type jobStopCommand struct {
	oneJob
	Sure
}

// Run stops the job.
func (c jobStopCommand) Run(s *Session) error {
	if err := c.Agreed(s, "stop job "+c.ID+"; what it has not done yet stays undone"); err != nil {
		return err
	}
	_, _, j, err := c.ask(s, http.MethodPost, "/stop")
	if err != nil {
		return err
	}
	return s.printer(c.shape).One(j.raw, "id", func() string { return fmt.Sprintf("job %s is %s: %d done, %d left\n", j.ID, j.Status, j.Done, j.Left) })
}
