package riversource

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/waybill-dev/waybill/internal/fence"
)

// driver is River's own, but that who fetches tickets claims their lanes with them, and that who listens
// hears what other replicas have to say as well.
type driver struct {
	*riverpgxv5.Driver
	source *Source
}

func (d driver) GetExecutor() riverdriver.Executor {
	return executor{Executor: d.Driver.GetExecutor(), driver: d}
}

func (d driver) GetListener(p *riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{Listener: d.Driver.GetListener(p), source: d.source}
}

type executor struct {
	riverdriver.Executor
	driver driver
}

// JobGetAvailable fetches tickets and claims their lanes, as many as this replica has room for.
func (e executor) JobGetAvailable(ctx context.Context, p *riverdriver.JobGetAvailableParams,
) (*riverdriver.JobGetAvailableResult, error) {
	s := e.driver.source
	life, news := s.Life(), s.news()
	room, err := s.room(ctx, p.Queue, p.MaxToLock)
	if err != nil || room <= 0 {
		return &riverdriver.JobGetAvailableResult{}, err
	}
	tx, err := e.Begin(ctx)
	if err != nil {
		return nil, err
	}
	// Whatever was not committed is taken back, even when ctx has ended.
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	most := *p
	most.MaxToLock = room
	got, err := tx.JobGetAvailable(ctx, &most)
	if err == nil && len(got.Jobs) < room {
		// Those that were let wait since are news.
		s.drain(p.Queue, news)
	}
	if err != nil || len(got.Jobs) == 0 {
		return got, err
	}
	// They come in no order.
	slices.SortFunc(got.Jobs, func(a, b *rivertype.JobRow) int {
		return cmp.Or(a.ScheduledAt.Compare(b.ScheduledAt), cmp.Compare(a.ID, b.ID))
	})
	claims, err := s.claim(ctx, e.driver.UnwrapTx(tx), got.Jobs)
	if err != nil {
		return nil, err
	}
	if err := tx.Commit(ctx); err != nil {
		// It may have taken effect all the same.
		s.doubt()
		return nil, err
	}
	s.took(claims, life)
	return got, nil
}

var errDeclaredDead = errors.New("other replicas took this one for dead; it joins them again")

const holdReplica = `SELECT id FROM replica WHERE id = $1 FOR KEY SHARE`

// claimLanes locks lanes in the order in which activateLanes does, as replicas run both over the same lanes all the time.
// Others lock lanes that one replica owns, or that were lost, in whichever order: who is refused for that tries again.
const claimLanes = `
WITH due AS (
	SELECT lane.kind, lane.id FROM lane JOIN unnest($2::text[], $3::bytea[], $4::bigint[]) AS ticket (kind, id, epoch)
		ON lane.kind = ticket.kind AND lane.id = ticket.id AND lane.epoch = ticket.epoch
	WHERE lane.owner IS NULL AND lane.queued = 1
	ORDER BY lane.kind, lane.id FOR UPDATE OF lane
)
UPDATE lane SET epoch = lane.epoch + 1, owner = $1, queued = 0, wake_at = 0
FROM due WHERE lane.kind = due.kind AND lane.id = due.id
RETURNING lane.kind, lane.id, lane.epoch, lane.queue, lane.leftover, lane.cut_at`

// With the claim a ticket has done its work. River would keep it for as long as it waits here, then write that it
// was worked, and remove it later.
const tearTickets = `DELETE FROM river_job WHERE id = ANY ($1)`

// claim claims the lanes of tickets, and tears these. A replica whose row is gone may not: nobody would take them
// from it.
func (s *Source) claim(ctx context.Context, tx pgx.Tx, jobs []*rivertype.JobRow) ([]*holding, error) {
	tickets, at := make([]int64, 0, len(jobs)), map[fence.Lane]int{}
	var kinds []string
	var ids [][]byte
	var epochs, all []int64
	for _, job := range jobs {
		all = append(all, job.ID)
		var t ticket
		if err := json.Unmarshal(job.EncodedArgs, &t); err != nil {
			continue
		}
		id, err := uuid.Parse(t.LaneID)
		if err != nil {
			continue
		}
		at[fence.Lane{Kind: t.LaneKind, ID: id}] = len(tickets)
		tickets, kinds = append(tickets, job.ID), append(kinds, t.LaneKind)
		ids, epochs = append(ids, id[:]), append(epochs, t.Epoch)
	}
	asked := &pgx.Batch{}
	asked.Queue(holdReplica, s.id[:])
	asked.Queue(tearTickets, all)
	asked.Queue(claimLanes, s.id[:], kinds, ids, epochs)
	answers := tx.SendBatch(ctx, asked)
	defer func() { _ = answers.Close() }()
	var own []byte
	if err := answers.QueryRow().Scan(&own); errors.Is(err, pgx.ErrNoRows) {
		return nil, errDeclaredDead
	} else if err != nil {
		return nil, err
	}
	if _, err := answers.Exec(); err != nil {
		return nil, err
	}
	rows, err := answers.Query()
	if err != nil {
		return nil, err
	}
	claims := make([]*holding, len(tickets))
	for rows.Next() {
		h := &holding{wake: make(chan struct{}, 1), taken: make(chan struct{})}
		var cutAt int64
		if err := rows.Scan(&h.Lane.Kind, &h.Lane.ID, &h.Epoch, &h.queue, &h.was.Left, &cutAt); err != nil {
			return nil, err
		}
		if cutAt != 0 {
			h.was.CutAt = time.UnixMicro(cutAt)
		}
		i := at[h.Lane]
		h.ticket, claims[i] = tickets[i], h
	}
	return slices.DeleteFunc(claims, func(h *holding) bool { return h == nil }), rows.Err()
}
