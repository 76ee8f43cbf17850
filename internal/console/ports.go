package console

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
)

// Operations are the writes of all partners.
type Operations interface {
	Survey(ctx context.Context, of operation.Survey) (page.Page[operation.Operation], error)
	Tally(ctx context.Context, of operation.Survey) (operation.Tally, error)
	Find(ctx context.Context, id uuid.UUID) (operation.Operation, error)
	Ending(ctx context.Context, end []byte) ([]uuid.UUID, error)
	Chain(ctx context.Context, op operation.Operation) ([]operation.Operation, error)
}

// Rewrites makes writes that follow from others, as the API does, and tells of the calls that were made.
type Rewrites interface {
	Retried(ctx context.Context, conn, id uuid.UUID, r operation.Request) (operation.Request, error)
	Reverted(ctx context.Context, conn, id uuid.UUID, r operation.Request) (operation.Request, error)
	Preview(ctx context.Context, r operation.Request) (operation.Operation, operation.Preview, error)
	Submit(ctx context.Context, r operation.Request) (op operation.Operation, replayed bool, err error)
	Exchanges(ctx context.Context, op operation.Operation) ([]operation.Kept, error)
}

// Endings ends operations by hand, as the API does.
type Endings interface {
	Cancel(ctx context.Context, partner, conn, id uuid.UUID) (operation.Operation, error)
	Resolve(ctx context.Context, w operation.Word) (operation.Operation, error)
}

// Naming tells how what operations name is called.
type Naming interface {
	Connection(ctx context.Context, id uuid.UUID) (connection.Connection, error)
	Record(ctx context.Context, connection, id uuid.UUID) (record.Record, error)
	Partner(ctx context.Context, id uuid.UUID) (access.Partner, error)
}

// Journal is the audit log.
type Journal interface {
	Note(ctx context.Context, e audit.Entry) error
}
