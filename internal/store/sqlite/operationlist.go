package sqlite

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// Operations lists operations with their attempts, newest first. Those of a connection or a record are
// read among those of their fleet, those that failed among the failed ones, and any others along the time.
func (db *DB) Operations(ctx context.Context, f operation.Filter) (found page.Found[operation.Operation], err error) {
	l := walk{earliest: f.From, latest: f.To, sorted: sorted{f.Window, bySeq("created_at", "seq", true)}}
	fleet, err := db.fleetOf(ctx, f)
	if err != nil {
		return found, err
	}
	index, narrowed := "operation_list", false
	switch {
	case fleet != uuid.Nil:
		index = "operation_of_fleet"
		l.add("fleet = ?", fleet[:])
	case f.Status == string(operation.Failed):
		index, narrowed = "operation_failed", true
		l.add("state = 'failed'")
	}
	l.add("partner = ?", f.Partner[:])
	// Named, because the engine would rather walk along the time and ask each row.
	l.columns, l.from = `seq, `+operationColumns, ` FROM operation INDEXED BY `+index
	if l.more, err = unindexed(f, narrowed); err != nil {
		return found, err
	}
	if found, err = walking(ctx, db, l, db.writer.operation); err != nil {
		return found, err
	}
	return found, db.shownAttempts(ctx, found.Entries)
}

// fleetOf is the fleet among whose operations a filter can look; zero if there is none.
func (db *DB) fleetOf(ctx context.Context, f operation.Filter) (fleet uuid.UUID, err error) {
	query, id := `SELECT fleet FROM connection WHERE id = ?1`, f.Connection
	if id == uuid.Nil {
		// A record that is not kept any more has none.
		query, id = `SELECT fleet FROM record WHERE id = ?1`, f.Resource
	}
	if id == uuid.Nil {
		return fleet, nil
	}
	found, err := shown(ctx, db, query, scanOne[uuid.UUID], id[:])
	if len(found) > 0 {
		fleet = found[0]
	}
	return fleet, err
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
