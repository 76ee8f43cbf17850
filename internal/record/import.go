package record

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Source is what an import reads: one connection of a fleet to one account at a TSP.
type Source struct {
	Target  tsp.Target
	Fleet   uuid.UUID
	Account string
	Pace    tsp.Pacer
}

// maxPages bounds an import whose TSP never ends its list.
const maxPages = 10_000

// Import reads all importable records of a connection into the store and returns how many
// there were. Its error is an *tsp.Error or one of the store.
func Import(ctx context.Context, caller *tsp.Caller, store Store, from Source) (int, error) {
	adapter, ok := caller.Registry().Adapter(from.Target.TSP)
	if !ok {
		return 0, fmt.Errorf("this installation has no adapter for %s", from.Target.TSP)
	}
	total := 0
	for _, imports := range adapter.Spec().Imports {
		cursor := ""
		for range maxPages {
			page, end := caller.List(ctx, from.Target, tsp.List{Kind: imports.Kind, Cursor: cursor, Pace: from.Pace})
			if end != nil {
				return total, end
			}
			now := time.Now()
			batch := make([]Record, len(page.Records))
			for i, r := range page.Records {
				batch[i] = Record{Kind: imports.Kind, Fleet: from.Fleet, TSP: from.Target.TSP, Account: from.Account,
					Collection: r.Collection, SourceID: r.SourceID, Fields: r.Fields, Source: r.Source,
					Connection: from.Target.Connection, SeenAt: now}.Identify()
			}
			if err := store.SaveRecords(ctx, batch); err != nil {
				return total, fmt.Errorf("saving imported records: %w", err)
			}
			total += len(batch)
			if cursor = page.Next; cursor == "" {
				break
			}
		}
	}
	return total, nil
}
