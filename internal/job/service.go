package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Retrier submits what failed operations asked for once more.
type Retrier interface {
	Retry(ctx context.Context, connection, id uuid.UUID, r operation.Request) (op operation.Operation, replayed bool,
		err error)
}

// Webhooks tells whose a subscription is.
type Webhooks interface {
	Get(ctx context.Context, partner, id uuid.UUID) (webhook.Subscription, error)
}

// Config is what a Service is made of.
type Config struct {
	Store     Store
	Snapshots Snapshots
	Queue     Queue
	Retention Retention
	Retrier   Retrier
	Webhooks  Webhooks
	// Keep is for how long jobs are kept after their ends.
	Keep time.Duration
	Now  func() time.Time
	Log  *slog.Logger
}

// Service makes jobs and works on them.
type Service struct {
	Config
	// made tells the worker of this process that there is a new one.
	made     chan struct{}
	stumbles stumbles
}

// New returns a service.
func New(c Config) *Service { return &Service{Config: c, made: make(chan struct{}, 1)} }

// Request asks for a job.
type Request struct {
	Partner uuid.UUID
	Client  string
	Of      Of
	Body    []byte
	// Key makes the request repeatable; nil if the caller gave none.
	Key *operation.Key
	// Preview asks what the job would be, which then is not made.
	Preview bool
}

// Create makes a job of what a filter selects now, unless a preview is asked for. A request whose key has made one before
// is answered with that one; replayed tells so.
func (s *Service) Create(ctx context.Context, r Request) (j Job, replayed bool, err error) {
	if r.Key != nil && !r.Preview {
		if j, replayed, err = s.replay(ctx, r); replayed || err != nil {
			return j, replayed, err
		}
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	if j, err = read(r.Of, r.Body, now); err != nil {
		return j, false, err
	}
	if j.Action == Replay {
		if _, err := s.Webhooks.Get(ctx, r.Partner, j.Filter.Webhook); err != nil {
			return j, false, err
		}
	}
	j.ID, j.Partner, j.Client, j.Key, j.State = uuid.Must(uuid.NewV7()), r.Partner, r.Client, r.Key, Running
	j.CreatedAt, j.UpdatedAt = now, now
	// The bound comes first: what is accepted after it is neither counted nor touched.
	if j.Bound, err = s.Snapshots.NewestOperation(ctx); err != nil {
		return j, false, fmt.Errorf("looking up the newest operation: %w", err)
	}
	if j.Matched, err = s.Snapshots.Match(ctx, j); err != nil {
		return j, false, fmt.Errorf("counting what a job matches: %w", err)
	}
	if j.Matched >= MostMatched {
		return j, false, problem.New(problem.Conflict, "the filter matches %d or more, which is more than one job does; "+
			"narrow it, as by from_datetime and to_datetime", MostMatched)
	}
	if r.Preview {
		return j, false, nil
	}
	return s.insert(ctx, j, r)
}

// insert stores a job and wakes who works on it.
func (s *Service) insert(ctx context.Context, j Job, r Request) (Job, bool, error) {
	made, err := s.Store.InsertJob(ctx, j)
	switch {
	// A repetition that came at the same time was faster.
	case errors.Is(err, ErrKeyTaken):
		return s.replay(ctx, r)
	case errors.Is(err, ErrTooMany):
		return j, false, problem.New(problem.Conflict, "you have %d jobs that have not ended; wait for the end of one, or "+
			"stop it", MostLive)
	case err != nil:
		return j, false, fmt.Errorf("storing a job: %w", err)
	}
	select {
	case s.made <- struct{}{}:
	default:
	}
	return made, false, nil
}

// replay returns the job that the request's key stands for.
func (s *Service) replay(ctx context.Context, r Request) (Job, bool, error) {
	j, err := s.Store.KeyedJob(ctx, r.Partner, *r.Key)
	switch {
	case errors.Is(err, ErrNotFound):
		return j, false, nil
	case err != nil:
		return j, false, fmt.Errorf("looking up an idempotency key: %w", err)
	case !bytes.Equal(j.Key.Fingerprint, r.Key.Fingerprint):
		return j, false, problem.InvalidBody(problem.Detail{Path: "Idempotency-Key", Input: r.Key.Value,
			Code: "idempotency_key_reused", Message: fmt.Sprintf("was given before with another request, which "+
				"made job %s; use a new key for a new job", j.ID)})
	}
	return j, true, nil
}

// Get returns a partner's job of a list.
func (s *Service) Get(ctx context.Context, partner uuid.UUID, of Of, id uuid.UUID) (Job, error) {
	j, err := s.Store.Job(ctx, partner, id)
	return found(j, of, id, err)
}

// Stop has a job begin nothing more. One that has ended stays as it is.
func (s *Service) Stop(ctx context.Context, partner uuid.UUID, of Of, id uuid.UUID) (Job, error) {
	if j, err := s.Get(ctx, partner, of, id); err != nil {
		return j, err
	}
	j, err := s.Store.StopJob(ctx, partner, id, s.Now().UTC().Truncate(time.Microsecond))
	return found(j, of, id, err)
}

// found is a job that was looked for, or the problem of whoever looks.
func found(j Job, of Of, id uuid.UUID, err error) (Job, error) {
	if errors.Is(err, ErrNotFound) || err == nil && (j.Action == Replay) != (of == DeadLetters) {
		return j, problem.New(problem.NotFound, "there is no job %s here; GET the list of jobs for yours", id)
	}
	if err != nil {
		return j, fmt.Errorf("looking up a job: %w", err)
	}
	return j, nil
}

// List returns one page of jobs, newest first.
func (s *Service) List(ctx context.Context, q Query) (page.Page[Job], error) {
	w := q.Window
	q.Window = w.Wider()
	all, err := s.Store.Jobs(ctx, q)
	if err != nil {
		return page.Page[Job]{}, fmt.Errorf("listing jobs: %w", err)
	}
	return page.Cut(all, w, Job.Position), nil
}

// Position is the job's place in a list.
func (j Job) Position() page.Position { return page.Position{At: j.CreatedAt, ID: j.ID} }
