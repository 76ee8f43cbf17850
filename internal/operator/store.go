package operator

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Directory keeps operators.
type Directory interface {
	// Operator returns an operator, or ErrNotFound.
	Operator(ctx context.Context, id uuid.UUID) (Operator, error)
	// Operators lists all by their emails.
	Operators(ctx context.Context) ([]Operator, error)
	// InsertOperator adds one with a code, which may be nil; ErrExists if there is one of this email without a subject.
	InsertOperator(ctx context.Context, o Operator, c *Code) error
	// ChangeOperator changes an operator as it was read, and ends the sessions and the code if Ends says so, if may lets it,
	// which is given all that there are; its error changes nothing. fence.ErrOvertaken if it is not as it was read.
	ChangeOperator(ctx context.Context, from, to Operator, may func(all []Operator) error) error
	// PutCode gives an operator a code in place of the one before, or answers ErrNotFound.
	PutCode(ctx context.Context, operator uuid.UUID, c Code) error
}

// Leavings removes operators.
type Leavings interface {
	// DeleteOperator removes an operator as it was read, with the sessions and the code, if may lets it, which is given all
	// that there are; its error changes nothing. fence.ErrOvertaken if it is not as it was read.
	DeleteOperator(ctx context.Context, o Operator, may func(all []Operator) error) error
}

// Sessions keeps who is signed in.
type Sessions interface {
	// UseCode begins a session of the operator of a code, and ends the code. ErrNoCode unless it Opens.
	UseCode(ctx context.Context, hash []byte, s Session) (Session, error)
	// Meet begins a session of an operator whom an issuer tells of, who is added or becomes as Met says;
	// sessions of before end as ChangeOperator has it. ErrDisabled changes nothing.
	Meet(ctx context.Context, now Operator, s Session) (Session, error)
	// OperatorSession returns a session by its hash, with the operator as he is now, or ErrNoSession.
	OperatorSession(ctx context.Context, hash []byte) (Session, error)
	// SeeSession notes when a session was used.
	SeeSession(ctx context.Context, id uuid.UUID, at time.Time) error
	// EndSession ends a session; one that is not there is no error.
	EndSession(ctx context.Context, id uuid.UUID) error
}

// Retention removes what has ended.
type Retention interface {
	// SweepSessions removes some of the sessions and codes that ended before a time.
	SweepSessions(ctx context.Context, before time.Time) (more bool, err error)
}
