package riversource

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/fence"
)

// row is what a statement has left a lane as.
type row struct {
	lane   fence.Lane
	epoch  int64
	queue  string
	queued bool
	// in is how long the lane sleeps from now, by the database's clock.
	in  time.Duration
	now time.Time
	// owner runs the lane.
	owner *uuid.UUID
}

// moment is the database's time in microseconds.
const moment = `moment AS (SELECT clock_micros() AS now)`

// giveBackLanes lets lanes wait, sleep or be idle, of those whose claim is the last one still.
const giveBackLanes = `
WITH ` + moment + `
UPDATE lane SET owner = NULL,
	queued = CASE WHEN given.again AND given.ahead <= 0 THEN 1 ELSE 0 END,
	wake_at = CASE WHEN given.again THEN moment.now + greatest(given.ahead, 0) ELSE 0 END,
	queue = CASE given.queue WHEN '' THEN lane.queue ELSE given.queue END,
	leftover = coalesce(given.leftover, lane.leftover), cut_at = CASE WHEN given.cut THEN moment.now ELSE lane.cut_at END
FROM moment, unnest($2::text[], $3::bytea[], $4::bigint[], $5::bool[], $6::bigint[], $7::text[], $8::bytea[],
	$9::bool[]) AS given (kind, id, epoch, again, ahead, queue, leftover, cut)
WHERE lane.kind = given.kind AND lane.id = given.id AND lane.epoch = given.epoch AND lane.owner = $1
RETURNING lane.kind, lane.id, lane.epoch, lane.queue, lane.queued = 1,
	lane.wake_at - moment.now, moment.now, NULL::bytea`

// giveBack writes releases. Tickets of those that run again at once are made with them.
func (s *Source) giveBack(ctx context.Context, releases []release) error {
	if len(releases) == 0 {
		return nil
	}
	n, now, atOnce := len(releases), s.config.Clock(), false
	kinds, ids, epochs := make([]string, n), make([][]byte, n), make([]int64, n)
	again, ahead, queues := make([]bool, n), make([]int64, n), make([]string, n)
	left, cut := make([][]byte, n), make([]bool, n)
	for i, r := range releases {
		kinds[i], ids[i], epochs[i], queues[i] = r.claim.Lane.Kind, r.claim.Lane.ID[:], r.claim.Epoch, r.queue
		left[i], cut[i] = r.left, r.cut
		if again[i] = !r.again.IsZero(); again[i] {
			ahead[i] = r.again.Sub(now).Microseconds()
			atOnce = atOnce || ahead[i] <= 0
		}
	}
	var lanes []row
	write := func(db querier) (err error) {
		lanes, err = rowsOf(db.Query(ctx, giveBackLanes, s.id[:], kinds, ids, epochs, again, ahead, queues, left, cut))
		return err
	}
	err := error(nil)
	if atOnce {
		err = s.within(ctx, func(tx pgx.Tx) error {
			if err := write(tx); err != nil {
				return err
			}
			return s.insert(ctx, tx, lanes)
		})
	} else {
		err = write(s.config.Pool)
	}
	if err == nil {
		s.nap(lanes, true)
	}
	return err
}

// activateLanes has lanes wait that are idle, whose time has come or is later than a hint's, and tells who
// runs others. Only what changes is written. A sweeper's hint is one without effect on lanes that sleep; it
// is known by that it leaves nothing, not even no bytes, in lanes that were never seen.
const activateLanes = `
WITH ` + moment + `,
hint AS (SELECT * FROM unnest($1::text[], $2::bytea[], $3::bigint[], $4::bigint[]) AS hint (kind, id, ahead, timed)),
edge AS (
	INSERT INTO lane (kind, id, queue, leftover, queued, wake_at)
	SELECT hint.kind, hint.id, hint.kind, CASE hint.timed WHEN 1 THEN ''::bytea END,
		CASE WHEN hint.ahead > 0 THEN 0 ELSE 1 END, moment.now + hint.ahead
	FROM moment, hint LEFT JOIN lane was ON was.kind = hint.kind AND was.id = hint.id
	WHERE was.id IS NULL OR was.owner IS NULL AND was.queued = 0
		AND (was.wake_at <= moment.now + $5 OR hint.timed = 1 AND moment.now + hint.ahead < was.wake_at)
	ORDER BY hint.kind, hint.id
	ON CONFLICT (kind, id) DO UPDATE SET
		queued = CASE WHEN lane.wake_at BETWEEN 1 AND (SELECT now FROM moment) + $5 THEN 1 ELSE excluded.queued END,
		wake_at = CASE WHEN lane.wake_at = 0 THEN excluded.wake_at ELSE least(lane.wake_at, excluded.wake_at) END
	WHERE lane.owner IS NULL AND lane.queued = 0
		AND (lane.wake_at <= (SELECT now FROM moment) + $5
			OR excluded.leftover IS NOT NULL AND excluded.wake_at < lane.wake_at)
	RETURNING lane.kind, lane.id, lane.epoch, lane.queue, lane.queued, lane.wake_at
)
SELECT kind, id, epoch, queue, queued = 1, wake_at - moment.now, moment.now, NULL::bytea FROM edge, moment
UNION ALL
SELECT lane.kind, lane.id, lane.epoch, lane.queue, false, 0, moment.now, lane.owner
FROM moment, hint JOIN lane ON lane.kind = hint.kind AND lane.id = hint.id
WHERE hint.timed = 1 AND lane.owner IS NOT NULL`

// slack is how much earlier than its time a lane may be woken: timers here are none of the database's.
const slack = 20 * time.Millisecond

// activate writes hints: lanes that were idle get a ticket, and who runs one is told.
func (s *Source) activate(ctx context.Context, hints map[fence.Lane]time.Time) error {
	if len(hints) == 0 {
		return nil
	}
	now := s.config.Clock()
	var kinds []string
	var ids [][]byte
	var aheads, timed []int64
	for lane, at := range hints {
		in, hurries := int64(0), int64(0)
		if !at.IsZero() {
			in, hurries = max(at.Sub(now).Microseconds(), 0), 1
		}
		kinds, ids = append(kinds, lane.Kind), append(ids, lane.ID[:])
		aheads, timed = append(aheads, in), append(timed, hurries)
	}
	var lanes []row
	err := s.within(ctx, func(tx pgx.Tx) (err error) {
		lanes, err = rowsOf(tx.Query(ctx, activateLanes, kinds, ids, aheads, timed, slack.Microseconds()))
		if err != nil {
			return err
		}
		if err := s.insert(ctx, tx, lanes); err != nil {
			return err
		}
		return s.tell(ctx, tx, lanes)
	})
	if err == nil {
		s.nap(lanes, false)
	}
	return err
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// rowsOf reads lanes as a statement returns them.
func rowsOf(rows pgx.Rows, err error) ([]row, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (l row, err error) {
		var in, now int64
		var owner []byte
		err = r.Scan(&l.lane.Kind, &l.lane.ID, &l.epoch, &l.queue, &l.queued, &in, &now, &owner)
		l.in, l.now = time.Duration(in)*time.Microsecond, time.UnixMicro(now)
		if len(owner) == len(uuid.UUID{}) {
			id := uuid.UUID(owner)
			l.owner = &id
		}
		return l, err
	})
}
