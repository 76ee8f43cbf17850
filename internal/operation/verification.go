package operation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// Verification is what reading a written record back has told. Its members are those of the wire, but for Before.
type Verification struct {
	Status VerificationStatus `json:"status"`
	// Reason says why it is Unverified or Unverifiable; "" if it is Verified.
	Reason string `json:"reason,omitempty"`
	// ReadAt is when the record was read last, and Until for how long it is read again; nil for not.
	ReadAt *wire.Time `json:"read_at"`
	Until  *wire.Time `json:"until,omitempty"`
	record.Comparison
	// Withheld tells that what the TSP holds is not told, since the fleet does not let the partner read it. It is never stored.
	Withheld bool `json:"withheld,omitzero"`
	// Before are the fields of the record as they were known before the write. They are stored for what is read later, and
	// shown to nobody.
	Before map[string]jsontext.Value `json:"before,omitempty"`
}

// VerificationStatus says how far a verification is.
type VerificationStatus string

// The statuses.
const (
	// Unverified: the record is still to be read, or does not show yet what was written.
	Unverified VerificationStatus = "pending"
	// Verified: the record was read, and what it shows of each field is told.
	Verified VerificationStatus = "complete"
	// Unverifiable: the record could not be read, or shows what something later has made of it.
	Unverifiable VerificationStatus = "unknown"
)

// NewVerification returns a verification without any field.
func NewVerification(status VerificationStatus, reason string) *Verification {
	return &Verification{Status: status, Reason: reason, Comparison: record.Comparison{Applied: []string{},
		Ignored: []record.Difference{}, Changed: []record.Difference{}, Unread: []record.Unread{}}}
}

// Again returns the verification as one that goes on until a time, with what was known before the write.
func (v Verification) Again(until time.Time, before map[string]jsontext.Value) *Verification {
	v.Until, v.Before = Turn(until), before
	return &v
}

// Behind returns the verification as what follows an earlier one of the same write: when the record was read last, and, while
// it is read again, until when and what was known before the write. nil stands for none.
func (v Verification) Behind(earlier *Verification) *Verification {
	if earlier == nil {
		return &v
	}
	if v.ReadAt == nil {
		v.ReadAt = earlier.ReadAt
	}
	if v.Status == Unverified {
		v.Until, v.Before = earlier.Until, earlier.Before
	}
	return &v
}

// ReadOn returns the verification as what a reading at a time has told.
func (v Verification) ReadOn(at time.Time) *Verification {
	v.ReadAt = Turn(at)
	return &v
}

// Verifications keeps what is to be read back of writes that were done.
type Verifications interface {
	// Verifying lists the connections that hold operations which are to be verified at a time, at a cost that does not
	// follow how many operations there are.
	Verifying(ctx context.Context, at time.Time) ([]uuid.UUID, error)
	// Due returns such operations of a connection, at most so many, those first that are due for the longest, with their
	// VerifyAt.
	Due(ctx context.Context, connection uuid.UUID, at time.Time, most int) ([]Operation, error)
	// Rewritten tells whether a later write of the record of an operation may have changed it since: one that has not
	// ended, or one without an answer.
	Rewritten(ctx context.Context, op Operation, at time.Time) (bool, error)
	// Verified keeps the Verification of an operation that was due at its VerifyAt, and when it is due next; zero for
	// never. fence.ErrOvertaken if somebody else has done so since.
	Verified(ctx context.Context, op Operation, next time.Time) error
}

// verification is what is told of it. A write that failed has left nothing to be read.
func (op Operation) verification() *Verification {
	switch {
	case op.Verification != nil:
		told := *op.Verification
		told.Before = nil
		return &told
	case op.Verify && !op.State.Ended():
		return NewVerification(Unverified, "the record is read back once the write is done")
	case op.Verify && op.State == Succeeded && op.Resolution != nil:
		return NewVerification(Unverifiable, "nobody knew that the write was done, until it was resolved by hand; read the record")
	}
	return nil
}

// UpdateKeys are those that updates of the operation's record may have for an OrderKey: its own of an update. Of a create it
// is that of the operation, which most often made the record, or that of a record that was there before.
func (op Operation) UpdateKeys() []string {
	if op.Verb == resource.Update {
		return []string{op.OrderKey}
	}
	return []string{UpdateKey(op.Kind, op.ID), UpdateKey(op.Kind, op.Resource)}
}

// UpdateKey is the OrderKey of updates of a record that stands in it under an id.
func UpdateKey(kind resource.Kind, id uuid.UUID) string {
	return orderKey(Operation{Kind: kind, Verb: resource.Update}, nil, nil, map[string]uuid.UUID{targetPath: id})
}

// verifyField is the parameter that asks for a verification, as a path.
const verifyField = "verify"

// wouldVerify says what would have a write verified of which its caller says nothing; "" for nothing.
func (d draft) wouldVerify() string {
	switch {
	case d.Verify != nil:
		return ""
	case d.Retries != nil && d.Retries.Verify:
		return fmt.Sprintf("operation %s was to be", d.Retries.ID)
	case d.Reverts != nil && d.Reverts.Verified:
		return fmt.Sprintf("operation %s was to be", d.Reverts.Operation)
	case d.conn.VerifyWrites:
		return "the connection's verify_writes would have it"
	}
	return ""
}

// verifies decides whether an operation is verified. What a caller asks for and cannot be is a problem; what the operation
// from which it follows, or a connection, asks for alone is passed over, with a warning.
func (s *Service) verifies(op *Operation, d draft, spec tsp.Spec) []resource.Problem {
	asked, would := d.Verify != nil && *d.Verify, d.wouldVerify()
	if !asked && would == "" {
		return nil
	}
	why := spec.Unverifiable(d.Kind)
	switch {
	case why == "":
		op.Verify = true
	case asked:
		var kinds []string
		for _, k := range spec.Verifiable() {
			kinds = append(kinds, strings.ReplaceAll(string(k), "_", " "))
		}
		can := "nothing"
		if len(kinds) > 0 {
			can = strings.Join(slices.Compact(kinds), ", ")
		}
		return []resource.Problem{{Path: verifyField, Input: "true", Code: resource.CodeUnsupported,
			Message: fmt.Sprintf("a %s cannot be read back at %s: %s; leave verify out. What can be verified there: %s",
				strings.ReplaceAll(string(d.Kind), "_", " "), spec.DisplayName, why, can)}}
	default:
		op.Warnings = append(op.Warnings, tsp.Warning{Path: verifyField,
			Message: "not read back, as " + would + ": " + why})
	}
	return nil
}
