package job

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// Store keeps jobs for their makers.
type Store interface {
	// InsertJob stores a job. ErrKeyTaken if its client has made one with its Key before, ErrTooMany if the partner has
	// MostLive of them.
	InsertJob(ctx context.Context, j Job) (Job, error)
	// Job returns a partner's job, or ErrNotFound.
	Job(ctx context.Context, partner, id uuid.UUID) (Job, error)
	// KeyedJob returns the job that the client of a key has made with its Value, with that Key, or ErrNotFound.
	KeyedJob(ctx context.Context, partner uuid.UUID, k operation.Key) (Job, error)
	// Jobs lists jobs of a partner, newest first by (CreatedAt, ID).
	Jobs(ctx context.Context, q Query) ([]Job, error)
	// StopJob makes a running job Stopping and returns it; one in another state stays as it is. ErrNotFound.
	StopJob(ctx context.Context, partner, id uuid.UUID, at time.Time) (Job, error)
}

// Query selects jobs of a partner.
type Query struct {
	Partner uuid.UUID
	Of      Of
	Window  page.Window
}

// Snapshots tell what a job is about.
type Snapshots interface {
	// NewestOperation is the Seq of the operation that was accepted last; 0 if there is none. Each that is accepted after
	// has a greater one.
	NewestOperation(ctx context.Context) (int64, error)
	// Match counts what a job matches that is not stored, up to MostMatched.
	Match(ctx context.Context, j Job) (int, error)
	// Picked lists operations that a job matches behind its Place: those to be cancelled newest first, those to be
	// retried in the order in which they were accepted. It looks at a bounded part of them.
	Picked(ctx context.Context, j Job, most int) (page.Found[Pick], error)
}

// MostMatched bounds what is counted for a job.
const MostMatched = 1_000_000

// Pick is what a job asks of an operation.
type Pick struct {
	Seq            int64
	ID, Connection uuid.UUID
	OrderKey       string
	// Awaits are the operations that it names, for the records that these were to make.
	Awaits    []uuid.UUID
	State     operation.State
	StopAt    time.Time
	CutAt     time.Time
	RetriedBy uuid.UUID
	CreatedAt time.Time
}

// Queue keeps jobs that have not ended, for whoever works on them. Every step is written only if the job has the Steps of
// the one that was read; else fence.ErrOvertaken.
type Queue interface {
	// LiveJobs lists jobs that have not ended, the oldest first, a bounded number of them.
	LiveJobs(ctx context.Context) ([]Job, error)
	// StepJob writes how a job stands after a step. Done counts what the step has done, and is added.
	StepJob(ctx context.Context, j Job, done int) error
	// CancelStep is StepJob with the operations that are asked to be cancelled, of which those are that may be one of
	// which nothing was sent, and nobody has asked before. Those are added to Asked; late counts the others, of which it shows one. Once it is Walked
	// their lanes are woken, and those of former steps by whoever looks for what is to be stopped. Each that ends cancelled is added to Done in the transaction that ends it.
	CancelStep(ctx context.Context, j Job, picks []Pick, late Refusal) error
	// Undecided tells whether an operation waits that the job has asked to cancel.
	Undecided(ctx context.Context, j Job) (bool, error)
	// ReviveStep is StepJob with a bounded number of the dead letters that the job matches behind its Place, which wait
	// again from a time on; they are added to Done. It returns the job as it stands then.
	ReviveStep(ctx context.Context, j Job, at time.Time) (Job, error)
}

// Retention removes jobs.
type Retention interface {
	// SweepJobs removes some of the jobs that ended before a time.
	SweepJobs(ctx context.Context, before time.Time) (more bool, err error)
}
