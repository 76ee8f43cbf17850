package riversource

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/fence"
)

const removeSilent = `
WITH ` + moment + ` DELETE FROM replica USING moment WHERE id = $1 AND beat_at < moment.now - $2`

// freeLanes has lanes of a replica wait, and fences whoever runs them.
const freeLanes = `
WITH ` + moment + `
UPDATE lane SET owner = NULL, epoch = epoch + 1, queued = 1, wake_at = moment.now, leftover = NULL, cut_at = moment.now
FROM moment WHERE owner = $1
RETURNING kind, id, epoch, queue, true, 0::bigint, moment.now, NULL::bytea`

// bury takes the lanes of a replica that was silent for too long, if nobody else did.
func (s *Source) bury(ctx context.Context, id []byte) error {
	var lanes []row
	gone := false
	err := s.within(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, removeSilent, id, deadAfter.Microseconds())
		if gone = tag.RowsAffected() > 0; err != nil || !gone {
			return err
		}
		lanes, err = s.freed(ctx, tx, id)
		return err
	})
	if err == nil && gone {
		s.nap(lanes, false)
		s.config.Log.Warn("a replica was silent for too long; its lanes are free", "replica", name(id), "lanes", len(lanes))
	}
	return err
}

// Dead tells whether a replica has left or was taken for dead, by this one or another.
func (s *Source) Dead(ctx context.Context, id uuid.UUID) (dead bool, err error) {
	err = s.config.Pool.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM replica WHERE id = $1)`, id[:]).Scan(&dead)
	return dead, err
}

// free leaves the replicas: lanes that are held still are free at once.
func (s *Source) free(ctx context.Context) error {
	for {
		s.mu.Lock()
		left := len(s.mail.releases) + len(s.mail.hints)
		s.mu.Unlock()
		if left == 0 {
			break
		}
		if err := s.send(ctx); err != nil {
			return err
		}
	}
	return s.within(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM replica WHERE id = $1`, s.id[:]); err != nil {
			return err
		}
		_, err := s.freed(ctx, tx, s.id[:])
		return err
	})
}

// freed frees the lanes of a replica whose row is gone.
func (s *Source) freed(ctx context.Context, tx pgx.Tx, id []byte) ([]row, error) {
	lanes, err := rowsOf(tx.Query(ctx, freeLanes, id))
	if err != nil {
		return nil, err
	}
	return lanes, s.insert(ctx, tx, lanes)
}

// doubt notes that this replica may own lanes of which it does not know.
func (s *Source) doubt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.standing.doubted = true
}

// look looks after what a lost answer or a dead replica may have left, every few seconds and when replicas
// came or went.
func (s *Source) look(ctx context.Context) error {
	s.mu.Lock()
	due := s.standing.doubted || s.config.Now().Sub(s.standing.looked) > looks
	leads := s.leads()
	s.mu.Unlock()
	if !due {
		return nil
	}
	if err := s.learn(ctx); err != nil {
		return err
	}
	if err := s.disown(ctx); err != nil {
		return err
	}
	if leads {
		if err := s.adopt(ctx); err != nil {
			return err
		}
		if err := s.renew(ctx); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.standing.doubted = s.standing.doubted && len(s.standing.stray) > 0
	s.standing.looked = s.config.Now()
	return nil
}

const ownedLanes = `SELECT kind, id, epoch FROM lane WHERE owner = $1`

// disown releases lanes that this replica owns without knowing: the answer to their claim was lost.
func (s *Source) disown(ctx context.Context) error {
	rows, err := s.config.Pool.Query(ctx, ownedLanes, s.id[:])
	if err != nil {
		return err
	}
	claims, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (c fence.Claim, err error) {
		return c, r.Scan(&c.Lane.Kind, &c.Lane.ID, &c.Epoch)
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	stray := map[fence.Lane]int64{}
	for _, c := range claims {
		if s.held[c.Lane] != nil {
			continue
		}
		// What was claimed or released while this was read is seen twice only if it is stray.
		switch s.standing.stray[c.Lane] {
		case c.Epoch:
			s.mail.releases = append(s.mail.releases, release{claim: c, again: s.config.Clock()})
			signal(s.mail.poke)
			stray[c.Lane] = disowned(c)
		case disowned(c):
			stray[c.Lane] = disowned(c)
		default:
			stray[c.Lane] = c.Epoch
		}
	}
	s.standing.stray = stray
	return nil
}

// disowned is what a stray lane is noted as that is on its way to be released. The first epoch of a claim is 1.
func disowned(c fence.Claim) int64 { return -c.Epoch }

const lostLanes = `
WITH ` + moment + `
UPDATE lane SET epoch = lane.epoch + 1
FROM moment WHERE owner IS NULL AND queued = 1 AND wake_at < moment.now - $1 AND NOT EXISTS (
	SELECT FROM river_job WHERE state = 'available' AND args @> jsonb_build_object(
		'lane_kind', lane.kind, 'lane_id', encode(lane.id, 'hex')::uuid, 'epoch', lane.epoch))
RETURNING lane.kind, lane.id, lane.epoch, lane.queue, true, 0::bigint, moment.now, NULL::bytea`

// lostAfter is how long a lane may wait before it is made sure that there is a ticket for it.
const lostAfter = 30 * time.Second

// renew makes tickets for lanes whose own was lost, as when an operator has removed it.
func (s *Source) renew(ctx context.Context) error {
	return s.within(ctx, func(tx pgx.Tx) error {
		lanes, err := rowsOf(tx.Query(ctx, lostLanes, lostAfter.Microseconds()))
		if err != nil {
			return err
		}
		return s.insert(ctx, tx, lanes)
	})
}
