package access

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
)

// Surveys shows clients and fleets to whoever runs the installation, at a cost that does not grow with how many there are.
type Surveys interface {
	// ClientPage lists clients by their ids, which are the Text of their places, without the hashes of their secrets.
	ClientPage(ctx context.Context, w page.Window) ([]Client, error)
	// CountClients counts clients up to a number.
	CountClients(ctx context.Context, most int) (int, error)
	// FleetNames tells how some fleets are called, deleted ones included.
	FleetNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
}
