package job

import (
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/wire"
)

// Preview is the wire form of a job that is not made.
type Preview struct {
	Action Action `json:"action"`
	Filter Filter `json:"filter"`
	// Overwrite is told only where it was asked for.
	Overwrite bool `json:"overwrite,omitzero"`
	Matched   int  `json:"matched"`
}

// Read is the wire form of a job.
type Read struct {
	ID        uuid.UUID  `json:"id"`
	CreatedAt wire.Time  `json:"created_at"`
	UpdatedAt wire.Time  `json:"updated_at"`
	EndedAt   *wire.Time `json:"ended_at"`
	Preview
	Status   State         `json:"status"`
	Done     int           `json:"done"`
	Refused  int           `json:"refused"`
	Left     int           `json:"left"`
	Refusals []RefusalRead `json:"refusals"`
}

// RefusalRead is a reason for which the action was not done.
type RefusalRead struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
	// ExampleID is one operation of these; null where none is known by itself.
	ExampleID *uuid.UUID `json:"example_id"`
	Detail    *string    `json:"detail"`
}

// Preview returns what is told of a job that is not made.
func (j Job) Preview() Preview { return Preview{j.Action, j.Filter, j.Overwrite, j.Matched} }

// Read returns the job as its maker reads it.
func (j Job) Read() Read {
	r := Read{ID: j.ID, CreatedAt: wire.Time(j.CreatedAt), UpdatedAt: wire.Time(j.UpdatedAt),
		EndedAt: wire.OptionalTime(j.EndedAt), Preview: j.Preview(), Status: j.State, Done: j.Done, Refused: j.Refused(),
		Left: j.Left(), Refusals: make([]RefusalRead, len(j.Refusals))}
	for i, one := range j.Refusals {
		r.Refusals[i] = RefusalRead{one.Reason, one.Count, wire.Optional(one.Example), wire.Optional(one.Detail)}
	}
	return r
}
