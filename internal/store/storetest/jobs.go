package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

func jobs() []rule {
	return []rule{
		{"a job is its partner's, is made once for a key, and is listed with those of its kind", jobIsItsPartners},
		{"a partner has a bounded number of jobs that have not ended", jobsAreBounded},
		{"a step is written once, whoever makes it, and takes back no stop", stepIsWrittenOnce},
		{"jobs are removed a while after they ended, and no others", jobsAreSwept},
		{"a cancel is about what waited when it was made, and asks for what nobody has asked for", cancelIsAboutWhatWaited},
		{"each end of an operation that a job has cancelled is counted with it", cancelledIsCounted},
		{"of operations that end unsent those that have moved on stay as they are", endsOfManyUnsent},
		{"a retry is about what had failed when it was made, in the order of acceptance", retryIsAboutWhatHadFailed},
		{"a replay is about what had died when it was made, a part at a time", replayIsAboutWhatHadDied},
	}
}

// making is a job of the partner of whom queued operations are, made at a minute.
func making(a job.Action, minute int) job.Job {
	return job.Job{ID: uuid.Must(uuid.NewV7()), Partner: uuid.UUID{1}, Client: "tms", Action: a, State: job.Running,
		Filter: job.Filter{From: noon().Add(-time.Hour)}, Overwrite: a == job.Retry, CreatedAt: at(minute), UpdatedAt: at(minute)}
}

// make stores a job of what there is.
func (s *stand) make(j job.Job) job.Job {
	s.t.Helper()
	j.Bound = got[int64](s)(s.NewestOperation(s.t.Context()))
	j.Matched = got[int](s)(s.Match(s.t.Context(), j))
	return got[job.Job](s)(s.InsertJob(s.t.Context(), j))
}

// job reads a job as it is stored.
func (s *stand) job(j job.Job) job.Job {
	s.t.Helper()
	return got[job.Job](s)(s.Job(s.t.Context(), j.Partner, j.ID))
}

func finishedAt(j job.Job, minute int) job.Job {
	j.State, j.EndedAt, j.UpdatedAt = job.Finished, at(minute), at(minute)
	return j
}

func jobIsItsPartners(t *testing.T, s *stand) {
	j := making(job.Cancel, 1)
	j.Key = &operation.Key{Client: "tms", Value: "k", Fingerprint: []byte{7}}
	j.Filter = job.Filter{Connection: uuid.New(), Kind: "message", TSP: "samsara", FleetRefs: []string{"a", "b"}, Verb: "create",
		SourceID: "7", Resource: uuid.New(), From: at(1), To: at(2)}
	made := s.make(j)
	j.Seq, j.Bound = made.Seq, made.Bound
	same(t, "stored", s.crashed().job(j), j)
	_, err := s.Job(t.Context(), uuid.New(), j.ID)
	fails(t, "another partner's", err, job.ErrNotFound)
	_, err = s.StopJob(t.Context(), uuid.New(), j.ID, at(2))
	fails(t, "stopped by another partner", err, job.ErrNotFound)
	again := making(job.Cancel, 2)
	again.Key = j.Key
	_, err = s.InsertJob(t.Context(), again)
	fails(t, "with the same key", err, job.ErrKeyTaken)
	same(t, "by its key", got[job.Job](s)(s.KeyedJob(t.Context(), j.Partner, *j.Key)), j)
	for _, k := range []operation.Key{{Client: "other", Value: "k"}, {Client: "tms", Value: "l"}} {
		_, err = s.KeyedJob(t.Context(), j.Partner, k)
		fails(t, "by another key", err, job.ErrNotFound)
	}
	retry, replay, foreign := making(job.Retry, 3), making(job.Replay, 2), making(job.Cancel, 4)
	foreign.Partner = uuid.New()
	for _, other := range []job.Job{retry, replay, foreign} {
		s.make(other)
	}
	listed := func(of job.Of, w page.Window) (ids []uuid.UUID) {
		for _, j := range got[[]job.Job](s)(s.Jobs(t.Context(), job.Query{Partner: j.Partner, Of: of, Window: w})) {
			ids = append(ids, j.ID)
		}
		return ids
	}
	same(t, "of operations", listed(job.Operations, everything()), []uuid.UUID{retry.ID, j.ID})
	same(t, "of dead letters", listed(job.DeadLetters, everything()), []uuid.UUID{replay.ID})
	same(t, "behind the first", listed(job.Operations, page.Window{Place: retry.Position(), Limit: 9}), []uuid.UUID{j.ID})
}

func jobsAreBounded(t *testing.T, s *stand) {
	first := s.make(making(job.Retry, 1))
	for range job.MostLive - 1 {
		s.make(making(job.Retry, 1))
	}
	foreign := making(job.Retry, 1)
	foreign.Partner = uuid.New()
	s.make(foreign)
	_, err := s.InsertJob(t.Context(), making(job.Retry, 1))
	fails(t, "one more", err, job.ErrTooMany)
	is(t, "live", len(got[[]job.Job](s)(s.LiveJobs(t.Context()))), job.MostLive+1)
	s.must(s.StepJob(t.Context(), finishedAt(first, 2), 0))
	s.make(making(job.Retry, 3))
}

func stepIsWrittenOnce(t *testing.T, s *stand) {
	read := s.make(making(job.Retry, 1))
	next := read
	next.Place, next.UpdatedAt = page.Position{At: at(1), Seq: 4}, at(2)
	next = next.With(job.Refusal{Reason: "invalid", Count: 2, Example: uuid.New(), Detail: "d"})
	s.must(s.StepJob(t.Context(), next, 3))
	fails(t, "once more", s.StepJob(t.Context(), next, 3), fence.ErrOvertaken)
	fails(t, "another one", s.CancelStep(t.Context(), read, nil, job.Refusal{}), fence.ErrOvertaken)
	_, err := s.ReviveStep(t.Context(), read, at(2))
	fails(t, "a third one", err, fence.ErrOvertaken)
	next.Steps, next.Done = 1, 3
	same(t, "written", s.crashed().job(read), next)
	is(t, "stopped", got[job.Job](s)(s.StopJob(t.Context(), read.Partner, read.ID, at(3))).State, job.Stopping)
	next.Walked = true
	s.must(s.StepJob(t.Context(), next, 1))
	is(t, "still", s.job(read).State, job.Stopping)
	end := finishedAt(s.job(read), 4)
	end.State = job.Stopped
	s.must(s.StepJob(t.Context(), end, 0))
	is(t, "in the end", s.job(read).State, job.Stopped)
	is(t, "stopped again", got[job.Job](s)(s.StopJob(t.Context(), read.Partner, read.ID, at(5))).UpdatedAt, at(4))
	end.Steps++
	fails(t, "behind its end", s.StepJob(t.Context(), end, 0), fence.ErrOvertaken)
	is(t, "live", len(got[[]job.Job](s)(s.LiveJobs(t.Context()))), 0)
}

func jobsAreSwept(t *testing.T, s *stand) {
	lives, old, young := s.make(making(job.Retry, 1)), s.make(making(job.Retry, 1)), s.make(making(job.Retry, 1))
	s.must(s.StepJob(t.Context(), finishedAt(old, 2), 0))
	s.must(s.StepJob(t.Context(), finishedAt(young, 4), 0))
	is(t, "more", got[bool](s)(s.SweepJobs(t.Context(), at(3))), false)
	_, err := s.Job(t.Context(), old.Partner, old.ID)
	fails(t, "the old one", err, job.ErrNotFound)
	s.job(lives)
	s.job(young)
}
