package riversource

import (
	"context"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// nap is a lane that was let sleep, and when.
type nap struct {
	lane fence.Lane
	from time.Time
}

// nap wakes lanes that sleep at their time, and notes in which queues lanes are. After a release an
// activation may be on its way that was sent while the lane ran. Tickets that were made here are news where none is heard.
func (s *Source) nap(lanes []row, released bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range lanes {
		s.known[l.queue] = true
		if l.queued && s.deaf() {
			s.standing.news++
		}
		if l.queued || l.in <= 0 || l.owner != nil {
			continue
		}
		if t := s.naps[l.lane]; t != nil {
			t.Stop()
		}
		s.naps[l.lane] = time.AfterFunc(l.in, func() { s.due(l.lane) })
		if released {
			s.released = append(s.released, nap{lane: l.lane, from: s.config.Now()})
		}
	}
}

// due asks for a lane whose time has come. It hurries nobody: the lane may sleep for longer meanwhile.
func (s *Source) due(lane fence.Lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.naps, lane)
	if s.held[lane] == nil {
		s.hint(lane, time.Time{})
	}
}

// looks is how often the leader looks after lanes whose sleep nobody times any more, soon that far ahead; and
// how often each looks for lanes that it owns without knowing.
const (
	looks = 5 * time.Second
	soon  = 2 * looks
)

const sleepingLanes = `
WITH ` + moment + `
SELECT kind, id, epoch, queue, false, greatest(wake_at - moment.now, 1), moment.now, NULL::bytea
FROM lane, moment WHERE owner IS NULL AND queued = 0 AND wake_at BETWEEN 1 AND moment.now + $1`

// adopt times lanes that sleep. Their replicas do so as well while they live; whoever is second finds
// nothing to do.
func (s *Source) adopt(ctx context.Context) error {
	lanes, err := rowsOf(s.config.Pool.Query(ctx, sleepingLanes, soon.Microseconds()))
	if err == nil {
		s.nap(lanes, false)
	}
	return err
}

const queuesOfLanes = `
WITH RECURSIVE found AS (
	(SELECT queue FROM lane ORDER BY queue LIMIT 1)
	UNION ALL
	SELECT (SELECT queue FROM lane WHERE queue > found.queue ORDER BY queue LIMIT 1)
	FROM found WHERE found.queue IS NOT NULL
)
SELECT queue FROM found WHERE queue IS NOT NULL`

// learn finds out into which queues lanes were sorted, by whichever replica.
func (s *Source) learn(ctx context.Context) error {
	rows, err := s.config.Pool.Query(ctx, queuesOfLanes)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		s.mu.Lock()
		s.known[name] = true
		s.mu.Unlock()
	}
	return rows.Err()
}
