package job

import (
	"context"
	"errors"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// How often it is looked for jobs, how soon it is looked again whether what was asked for is decided, and how often for
// jobs that are kept no longer.
const (
	lookEvery   = time.Second
	decideEvery = 50 * time.Millisecond
	sweepEvery  = 10 * time.Minute
)

// outcome is what a step leaves to be done.
type outcome int

const (
	// nothing: the job has ended, or another process goes on with it.
	nothing outcome = iota
	// waits: what was asked for is to be decided by others.
	waits
	// more: the next step may come at once.
	more
)

// Run works on jobs, a step of each in turn, until ctx ends. It is for one process of many; two that do it for a moment do
// no harm, since each step is written by one of them.
func (s *Service) Run(ctx context.Context) error {
	var swept time.Time
	for {
		next := s.round(ctx)
		if now := s.Now(); now.Sub(swept) >= sweepEvery {
			swept = now
			s.sweep(ctx, now.Add(-s.Keep))
		}
		pause := map[outcome]time.Duration{nothing: lookEvery, waits: decideEvery}[next]
		look := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			look.Stop()
			return nil
		case <-s.made:
		case <-look.C:
		}
		look.Stop()
	}
}

// round makes a step of each job.
func (s *Service) round(ctx context.Context) (next outcome) {
	jobs, err := s.Queue.LiveJobs(ctx)
	if err != nil {
		s.failed(ctx, "jobs could not be looked for; it is tried again", err)
		return nothing
	}
	if len(jobs) == 0 {
		s.stumbles.clear()
	}
	for _, j := range jobs {
		if ctx.Err() != nil {
			return nothing
		}
		left, err := s.step(ctx, j)
		if err != nil && !errors.Is(err, fence.ErrOvertaken) {
			s.failed(ctx, "a step of a job failed; it is tried again", err, "job_id", j.ID)
			left = nothing
		}
		next = max(next, left)
	}
	return next
}

func (s *Service) failed(ctx context.Context, what string, err error, keys ...any) {
	if ctx.Err() == nil {
		s.Log.Warn(what, append(keys, "error", err)...)
	}
}

func (s *Service) step(ctx context.Context, j Job) (outcome, error) {
	switch {
	case j.Action == Cancel:
		return s.cancel(ctx, j)
	case j.State == Stopping || j.Walked:
		return nothing, s.Queue.StepJob(ctx, j.end(s.now(), gone()), 0)
	case j.Action == Retry:
		return s.retry(ctx, j)
	default:
		_, err := s.Queue.ReviveStep(ctx, j, s.now())
		return more, err
	}
}

// gone is why a job did nothing to what it has not met: it was not any more what the filter selects.
func gone() Refusal {
	return Refusal{Reason: "moved_on", Detail: "it ended, was retried or was replayed otherwise, or was kept no longer, " +
		"before the job came to it"}
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// sweep removes jobs that ended before a time.
func (s *Service) sweep(ctx context.Context, before time.Time) {
	err := fence.InParts(ctx, func() (bool, error) { return s.Retention.SweepJobs(ctx, before) })
	if err != nil {
		s.failed(ctx, "jobs that are kept no longer could not be removed; it is tried again", err)
	}
}
