package tables

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// Operations lists operations with their attempts, newest first: those that failed among the failed
// ones, and any others along the time.
func (db *DB) Operations(ctx context.Context, f operation.Filter) (found page.Found[operation.Operation], err error) {
	ctx, end := db.listing(ctx)
	defer end()
	l := walk{earliest: f.From, latest: f.To, sorted: sorted{f.Window, bySeq("created_at", "seq", true)}}
	index, failed := "operation_list", f.Status == string(operation.Failed)
	if failed {
		index = "operation_failed_list"
		l.add("state = 'failed'")
	}
	l.add("partner = ?", f.Partner[:])
	// Named, because the engine would rather walk along the time and ask each row.
	l.columns, l.from = `seq, `+operationColumns, ` FROM operation INDEXED BY `+index
	if l.more, err = unindexed(f, failed); err != nil {
		return found, err
	}
	if found, err = walking(ctx, db, l, db.writer.operation); err != nil {
		return found, err
	}
	return found, db.shownAttempts(ctx, found.Entries)
}

// unindexed are the conditions of a filter that no index of operations holds, less that on the status if an
// index was found by it.
func unindexed(f operation.Filter, byStatus bool) (c conditions, err error) {
	c.addIf(f.Kind != "", "kind = ?", string(f.Kind))
	c.addIf(f.Connection != uuid.Nil, "connection = ?", f.Connection[:])
	c.addIf(f.TSP != "", "tsp = ?", string(f.TSP))
	c.addIf(f.Verb != "", "verb = ?", string(f.Verb))
	c.addIf(f.SourceID != "", "source_id = ?", string(f.SourceID))
	c.addIf(f.Resource != uuid.Nil, "resource = ?", f.Resource[:])
	if len(f.FleetRefs) > 0 {
		refs, err := text(f.FleetRefs, true)
		if err != nil {
			return c, err
		}
		c.add("fleet_ref IN (SELECT value FROM json_each(?))", refs)
	}
	// The two final statuses of the wire are spelled like the states that they stand for.
	switch {
	case f.Status == "", byStatus:
	case f.Status == "pending":
		c.add(live)
	default:
		c.add("state = ?", f.Status)
	}
	return c, nil
}
