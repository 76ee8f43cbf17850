// Package job does one thing to many: it cancels operations, retries them, or replays dead letters, all that a filter
// selects at a moment. A job is worked on step by step, each of which is bounded and written with what it has done; so
// whoever goes on with it, in this process or another one, does nothing twice.
package job

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// What a Store answers when it cannot do as asked.
var (
	// ErrNotFound: the partner has no such job.
	ErrNotFound = errors.New("job not found")
	// ErrTooMany: the partner has as many jobs that have not ended as it may.
	ErrTooMany = errors.New("too many jobs")
	// ErrKeyTaken: another job was made with the idempotency key.
	ErrKeyTaken = errors.New("the idempotency key is in use")
)

// Action is what a job does to each of what it selects.
type Action string

// The actions. The first two are for operations, the last is for dead letters.
const (
	Cancel Action = "cancel"
	Retry  Action = "retry"
	Replay Action = "replay"
)

// Of are the jobs of one list: those of operations or those of dead letters.
type Of string

// The lists.
const (
	Operations  Of = "operations"
	DeadLetters Of = "dead_letters"
)

// Actions are those of a list.
func (o Of) Actions() []Action {
	if o == DeadLetters {
		return []Action{Replay}
	}
	return []Action{Cancel, Retry}
}

// State is where a job stands.
type State string

// The states. The last two are final.
const (
	Running State = "running"
	// Stopping begins nothing more; what was begun is brought to its end.
	Stopping State = "stopping"
	Stopped  State = "stopped"
	Finished State = "finished"
)

// Ended tells whether the state is final.
func (s State) Ended() bool { return s == Stopped || s == Finished }

// MostLive bounds the jobs of a partner that have not ended.
const MostLive = 10

// Job is one from its making to its end.
type Job struct {
	// Seq numbers jobs; the store gives it.
	Seq     int64
	ID      uuid.UUID
	Partner uuid.UUID
	// Client is who made it, for whom its retries are submitted.
	Client string
	Action Action
	Filter Filter
	// Overwrite has a retry write over what was asked for later.
	Overwrite bool
	// Bound is the Seq of the newest operation that there was when the job was made: it touches none behind.
	Bound int64
	// Matched is how many the filter selected then.
	Matched int
	State   State
	// Place is how far it has looked, and Walked tells that it was to the end.
	Place  page.Position
	Walked bool
	// Steps counts those that were written, and is the version by which one reading is told from another.
	Steps int
	// Asked are the operations that were asked to be cancelled and are not KeptOn. Done are those of which the action was done.
	Asked, Done int
	Refusals    []Refusal
	// Key makes the job once; nil if its maker gave none.
	Key                           *operation.Key
	CreatedAt, UpdatedAt, EndedAt time.Time
}

// Refusal is a reason for which the action was not done, and to how many.
type Refusal struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
	// Example is one of them, with Detail about it; zero where none is known by itself.
	Example uuid.UUID `json:"example,omitzero"`
	Detail  string    `json:"detail,omitzero"`
}

// Filter selects what a job is about. Its members are those by which callers list the same. Zero ones narrow nothing.
type Filter struct {
	Connection uuid.UUID         `json:"connection_id,omitzero"`
	Kind       resource.Kind     `json:"resource,omitzero"`
	TSP        tsp.Name          `json:"source_name,omitzero"`
	FleetRefs  []string          `json:"fleet_refs,omitempty"`
	Verb       resource.Verb     `json:"operation,omitzero"`
	SourceID   resource.SourceID `json:"source_id,omitzero"`
	Resource   uuid.UUID         `json:"resource_id,omitzero"`
	From       time.Time         `json:"from_datetime,omitzero"`
	To         time.Time         `json:"to_datetime,omitzero"`

	// Webhook, Start and End are for dead letters alone: whose they are, and when their events occurred.
	Webhook uuid.UUID `json:"webhook_id,omitzero"`
	Start   time.Time `json:"start_date,omitzero"`
	End     time.Time `json:"end_date,omitzero"`
}

// Refused is how many were refused.
func (j Job) Refused() (n int) {
	for _, r := range j.Refusals {
		n += r.Count
	}
	return n
}

// Left is how many are not decided: the job has not come to them, or was stopped before.
func (j Job) Left() int { return max(j.Matched-j.Done-j.Refused(), 0) }

// Undecided is how many of those that were asked to be cancelled were not.
func (j Job) Undecided() int { return max(j.Asked-j.Done, 0) }

// mostReasons bounds the reasons that a job tells of.
const mostReasons = 20

// refuse notes that the action was not done to some.
func (j *Job) refuse(r Refusal) {
	if r.Count <= 0 {
		return
	}
	i := slices.IndexFunc(j.Refusals, func(known Refusal) bool { return known.Reason == r.Reason })
	if i < 0 && len(j.Refusals) >= mostReasons {
		i = len(j.Refusals) - 1
	}
	if i < 0 {
		j.Refusals = append(j.Refusals, r)
		return
	}
	known := &j.Refusals[i]
	known.Count += r.Count
	if known.Example == uuid.Nil {
		known.Example, known.Detail = r.Example, cmp.Or(r.Detail, known.Detail)
	}
}

// With is the job with one more refusal.
func (j Job) With(r Refusal) Job {
	j.Refusals = slices.Clone(j.Refusals)
	j.refuse(r)
	return j
}

// KeptOn is the job once it is decided that an operation which it has asked to cancel is not cancelled.
func (j Job) KeptOn(operation uuid.UUID) Job {
	j.Asked--
	return j.With(begun(Pick{ID: operation}))
}

// end is the job once nothing more is done. What a job that was not stopped has not met has moved on by itself.
func (j Job) end(at time.Time, gone Refusal) Job {
	if j.State == Stopping {
		j.State = Stopped
	} else {
		gone.Count = j.Left()
		j.refuse(gone)
		j.State = Finished
	}
	j.UpdatedAt, j.EndedAt = at, at
	return j
}
