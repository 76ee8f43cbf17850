package operation

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// Reason says why an operation failed that its caller did not want to be sent any more, or that could not be.
type Reason string

// The reasons.
const (
	// Cancelled: its caller cancelled it, and nothing of it was applied nor will be.
	Cancelled Reason = "cancelled"
	// Expired: it was not sent before the moment that its caller gave.
	Expired Reason = "expired"
)

// Asked is the StopAt of an operation that its caller has asked to cancel: any moment has come after it.
func Asked() time.Time { return time.UnixMicro(1).UTC() }

// AskedBy is Asked for what a job of that number is to cancel.
func AskedBy(job int64) time.Time { return Asked().Add(time.Duration(job) * time.Microsecond) }

// AskedBefore comes after any Asked and AskedBy, and before any other StopAt.
func AskedBefore() time.Time { return time.UnixMicro(1 << 40).UTC() }

// IsAsked tells whether the operation is to be cancelled.
func (op Operation) IsAsked() bool { return !op.StopAt.IsZero() && op.StopAt.Before(AskedBefore()) }

// AskedJob is the number of the job that has asked to cancel the operation; 0 if none has.
func (op Operation) AskedJob() int64 {
	if !op.IsAsked() {
		return 0
	}
	return op.StopAt.Sub(Asked()).Microseconds()
}

// IsExpired tells whether the operation must not be sent at a time, nor sent again.
func (op Operation) IsExpired(at time.Time) bool {
	return !op.ExpiresAt.IsZero() && !at.Before(op.ExpiresAt)
}

// Expiry is ExpiresAt as people read it, spelled as in answers.
func (op Operation) Expiry() string { return wire.Time(op.ExpiresAt).String() }

// Stops tells whether the operation is to end at a time if nothing of it was sent.
func (op Operation) Stops(at time.Time) bool { return !op.StopAt.IsZero() && !at.Before(op.StopAt) }

// Cancels is what Service.Cancel and Service.Retry need of the store, beside Store.
type Cancels interface {
	// Steps is that of Progress.
	Steps(ctx context.Context, id uuid.UUID) ([]tsp.Step, error)
	// AskCancel says that an operation, Queued or in Retry, IsAsked to be cancelled, and wakes its lane, in which that is
	// decided. One that a job has asked to cancel stays its. fence.ErrOvertaken if it has moved on since it was read.
	AskCancel(ctx context.Context, op Operation) error
}

// MostStops bounds the operations that are read, and ended, at once since they must not be sent any more.
const MostStops = 256

// Stops is what the engine needs of the store to end operations that must not be sent any more. Who runs the lane of an
// operation decides whether something of it was sent (decision 45).
type Stops interface {
	// Stops returns operations of a connection, Queued or in Retry, that Operation.Stops at a time, MostStops of them,
	// those to be cancelled first.
	Stops(ctx context.Context, connection uuid.UUID, at time.Time) ([]Operation, error)
	// Stopping lists the connections that hold some, at a cost that does not follow how many operations wait.
	Stopping(ctx context.Context, at time.Time) ([]uuid.UUID, error)
	// EndUnsent is Settle of operations of a connection that end Unsent, without a record, calls or a hold, in one
	// transaction. One that has moved on since it was read stays as it is. fence.ErrOvertaken if the lane was claimed anew.
	EndUnsent(ctx context.Context, claim fence.Claim, ends []Settlement) error
	// KeepOn says that an operation which IsAsked is not cancelled: its StopAt is ExpiresAt again. If sent is not zero a
	// call of it is under way since then, and it is Sending. The job that has asked for it tells of that. fence.ErrOvertaken if the operation has moved on since it
	// was read, or if the lane was claimed anew.
	KeepOn(ctx context.Context, claim fence.Claim, op Operation, sent, at time.Time) error
}
