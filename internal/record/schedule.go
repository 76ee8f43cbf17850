package record

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Schedules keeps when each kind of a connection is imported. A change of the connection itself
// reschedules its kinds in the transaction of the change; see connection.Change. A settled import
// and a changed connection may meet: whoever says when a kind is due anew wins.
type Schedules interface {
	// ScheduleImports makes the kinds of a connection due at a time, adds those that have no
	// schedule, and wakes the connection's lane of imports.
	ScheduleImports(ctx context.Context, connection uuid.UUID, kinds []resource.Kind, at time.Time) error
	// ParkImports takes a connection's schedules out of work until they are scheduled again, unless the connection is
	// active.
	ParkImports(ctx context.Context, connection uuid.UUID) error
	// SchedulesOf lists the schedules of connections.
	SchedulesOf(ctx context.Context, connections []uuid.UUID) ([]Schedule, error)
	// SettleImport stores how an import ended, and that it was executed. A schedule that was parked
	// or made due meanwhile keeps that. Executions of the schedule that are older than ExecutionsKept
	// go.
	SettleImport(ctx context.Context, claim fence.Claim, end ImportEnd) error
	// DueImports lists the connections that have a kind due at a time, each once.
	DueImports(ctx context.Context, at time.Time) ([]uuid.UUID, error)
}

// Schedule is when one kind of a connection is imported. There is one for each kind that was ever
// scheduled; one of a deleted connection is parked.
type Schedule struct {
	// Seq is given by the store.
	Seq        int64
	Connection uuid.UUID
	Kind       resource.Kind
	// NextAt is when the kind is due; zero while the schedule is parked.
	NextAt time.Time
	// LastSuccessAt is when the last complete import ended; zero if there was none.
	LastSuccessAt time.Time
	// Failures counts the failed imports since then, and Problem says why the last one failed.
	Failures int
	Problem  string
}

// ExecutionsKept is how long it is told of an import that has ended. It is the contract's.
const ExecutionsKept = 7 * 24 * time.Hour

// ImportEnd is the end of an import: the schedule as it was and as it becomes, and the import itself.
type ImportEnd struct {
	From, To Schedule
	Execution
}

// Execution is an import of a kind that has ended.
type Execution struct {
	// Began tells the executions of a schedule apart.
	Began, Ended time.Time
	// Problem says why it failed; "" if it did not.
	Problem string
}

// ExecutionQuery selects executions of a connection's schedule that began at or after a time. Kind
// and Since follow from the schedule and the clock.
type ExecutionQuery struct {
	Connection, Schedule uuid.UUID
	Kind                 resource.Kind
	Since                time.Time
	Window               page.Window
}

// Executions lists the imports that have ended.
type Executions interface {
	// ExecutionPage lists executions of a kind of a connection, newest first. Those of a deleted
	// connection are gone once what it left is settled.
	ExecutionPage(ctx context.Context, q ExecutionQuery) ([]Execution, error)
}

// ScheduleID is the id of the schedule by which a kind of a connection is imported.
func ScheduleID(connection uuid.UUID, kind resource.Kind) uuid.UUID {
	return uuid.NewSHA1(idSpace, []byte("schedule\x00"+connection.String()+"\x00"+string(kind)))
}
