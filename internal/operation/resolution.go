package operation

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Effect is what somebody says has become of a write.
type Effect string

// The effects.
const (
	Applied    Effect = "applied"
	NotApplied Effect = "not_applied"
)

// Resolution is how somebody has resolved the outcome of an operation that had ended without a known one. Its members are
// those that are stored.
type Resolution struct {
	Outcome Effect `json:"outcome"`
	// SourceID is the record's at the TSP, of a write that took effect; "" where the TSP gives none.
	SourceID resource.SourceID `json:"source_id,omitzero"`
	// Checked tells that the TSP showed the record that the write made. Otherwise it is the word of whoever resolved it, and
	// Unchecked says why.
	Checked   bool   `json:"checked,omitzero"`
	Unchecked string `json:"unchecked,omitzero"`
	// By is who resolved it, as the audit log names them.
	By string `json:"by"`
	// Entry is the N of the entry that tells of it in the operation's log, and CutAt what that of the operation was.
	Entry int       `json:"entry"`
	CutAt time.Time `json:"cut_at"`
}

// ResolutionRead is the wire form of a resolution, in the entry of the log that tells of it.
type ResolutionRead struct {
	Outcome  Effect  `json:"outcome"`
	SourceID *string `json:"source_id"`
	Checked  bool    `json:"checked"`
	By       string  `json:"by"`
}

// details say in an operation's log how it was resolved.
func (r Resolution) details() string {
	said := "resolved by " + r.By + ": the write was not applied, by their word"
	if r.Outcome == NotApplied {
		return said
	}
	said = "resolved by " + r.By + ": the write was applied"
	if r.SourceID != "" {
		said += " as " + string(r.SourceID)
	}
	if r.Checked {
		return said + ", which the TSP shows"
	}
	return said + ", by their word: " + r.Unchecked
}

// says tells whether it is what somebody else says as well: which id a write has left is found out for those who do not
// say it.
func (r Resolution) says(other Resolution) bool {
	return r.Outcome == other.Outcome && (other.SourceID == "" || other.SourceID == r.SourceID)
}

// IsUnknown tells whether the operation has ended without a known outcome.
func (op Operation) IsUnknown() bool { return op.State == Failed && !op.CutAt.IsZero() }

// Resolved returns an operation that IsUnknown as it is once it is resolved at a time, and the entry of its log that says
// so, behind those that it has. It is no change of state by an attempt: the table of states does not have it.
func (op Operation) Resolved(r Resolution, at time.Time) (Operation, Attempt) {
	a := Attempt{ID: uuid.Must(uuid.NewV7()), N: op.nextEntry(), StartedAt: at, EndedAt: at, Details: r.details()}
	if r.Outcome == Applied {
		op.State, a.Class = Succeeded, tsp.Done
	}
	r.Entry, r.CutAt = a.N, op.CutAt
	op.Resolution, op.CutAt, op.UpdatedAt, op.Tries = &r, time.Time{}, at, op.Tries+1
	op.Attempts = append(slices.Clone(op.Attempts), a)
	return op, a
}

// resolvable tells why an operation cannot be resolved so; "" if it can.
func (op Operation) resolvable(as Effect) string {
	switch {
	case op.State == Succeeded:
		return "it has succeeded"
	case op.State == Unknown:
		return "what became of it is still being found out, as its progress tells; wait for its end"
	case !op.State.Ended():
		return "it is pending; wait for its end"
	case op.CutAt.IsZero():
		return "its outcome is known, as its logs tell: the TSP has not taken it"
	case as == Applied && op.WritesAgain():
		return "its record is told by what it says and not by an id; send the same once more, with a new Idempotency-Key if with " +
			"one: where it is so at the TSP nothing changes there, and the record is known then"
	case as == Applied && op.isRefusedInPart():
		return "a part of it was refused, as its logs tell, so that it has not succeeded as a whole; see at the TSP what is " +
			"there, resolve it as not_applied, and retry it with the body of what is missing"
	}
	return ""
}

// isRefusedInPart tells whether its last attempt was made of several deliveries, one of which at least was refused.
func (op Operation) isRefusedInPart() bool {
	if len(op.Attempts) == 0 {
		return false
	}
	last := op.Attempts[len(op.Attempts)-1]
	parts, refused := 0, false
	for _, a := range op.Attempts {
		if a.StartedAt.Equal(last.StartedAt) && a.EndedAt.Equal(last.EndedAt) {
			parts++
			refused = refused || slices.Contains([]tsp.Class{tsp.Rejected, tsp.Missing, tsp.Unsupported, tsp.Forbidden}, a.Class)
		}
	}
	return parts > 1 && refused
}

// Resolver carries out how operations are resolved by hand.
type Resolver interface {
	// ResolveByHand ends what is not known of an operation as somebody has told it. What is said to have taken effect is
	// looked at where the TSP can be asked, and its record is remembered. fence.ErrOvertaken if the operation was resolved
	// since it was read; what cannot be so is a *problem.Error.
	ResolveByHand(ctx context.Context, c connection.Connection, op Operation, r Resolution) (Operation, error)
}

// Resolutions is what a Resolver needs of the store.
type Resolutions interface {
	// Resolve writes that an operation which IsUnknown was resolved, with its entry, record and events, and an entry in the
	// audit log, in one transaction. fence.ErrOvertaken if it is not unknown any more or has other Tries than From, and
	// ErrAdopted if the record of a create is another operation's.
	Resolve(ctx context.Context, s Settlement) error
}
