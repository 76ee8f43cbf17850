package riversource

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
)

// Stand is how a lane stands, as the database tells.
type Stand struct {
	dispatch.Stand
	// Runner is the name of the replica that runs the lane; "" for none.
	Runner string
	// Left is what its last run has left.
	Left []byte
}

const standsOf = `SELECT lane.kind, lane.id, lane.leftover, coalesce(replica.name, ''), coalesce(replica.waits, '')
	FROM unnest($1::text[], $2::bytea[]) AS asked (kind, id)
	JOIN lane ON lane.kind = asked.kind AND lane.id = asked.id LEFT JOIN replica ON replica.id = lane.owner`

// Stands tells how lanes stand, by a pool of their database, as of a time of its clock. A lane that is kept from its work
// gives its place back, so what it waits for stands in its row, with no write more than that. Of one that runs at this
// moment the replica alone knows whether it is closed; none of its lanes is where its last beat has told of none.
func Stands(ctx context.Context, pool *pgxpool.Pool, now time.Time, lanes []fence.Lane) (map[fence.Lane]Stand, error) {
	kinds, ids := make([]string, len(lanes)), make([][]byte, len(lanes))
	for i, l := range lanes {
		kinds[i], ids[i] = l.Kind, l.ID[:]
	}
	rows, err := pool.Query(ctx, standsOf, kinds, ids)
	if err != nil {
		return nil, fmt.Errorf("asking how lanes stand: %w", err)
	}
	defer rows.Close()
	all := map[fence.Lane]Stand{}
	for rows.Next() {
		var l fence.Lane
		var one Stand
		var leftover []byte
		var waits string
		if err := rows.Scan(&l.Kind, &l.ID, &leftover, &one.Runner, &waits); err != nil {
			return nil, fmt.Errorf("asking how lanes stand: %w", err)
		}
		one.Stand = dispatch.Left(leftover, now)
		if one.Runner != "" && one.Waits != dispatch.ThePause {
			one.Stand = dispatch.Stand{Waits: dispatch.Nothing, Known: waits != "" && !strings.Contains(waits, `"`+l.Kind+` pause"`)}
		}
		one.Left = leftover
		all[l] = one
	}
	return all, rows.Err()
}
