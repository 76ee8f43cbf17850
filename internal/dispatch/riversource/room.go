package riversource

import (
	"context"
	"time"
)

// No replica holds more than its fair share of the lanes by a fifth, or than a few where there are few. What
// the others leave waiting for long is for anyone.
const (
	fewLanes      = 4
	countedFor    = 100 * time.Millisecond
	leftTooLong   = 2 * time.Second
	leftAtOnce    = 16
	shareDividend = 6
	shareDivisor  = 5
)

// room tells how many lanes of a queue this replica may claim now; none where no news has come since the last
// ticket was fetched.
func (s *Source) room(ctx context.Context, riverQueue string, most int) (int, error) {
	room, sure := s.fair(riverQueue, most)
	if sure {
		return room, nil
	}
	left, err := s.count(ctx, riverQueue)
	if err != nil {
		return 0, err
	}
	room, _ = s.fair(riverQueue, most)
	if left > leftTooLong {
		room = max(room, min(most, leftAtOnce))
	}
	return room, nil
}

// fair is room by what is known; sure tells that it is the last word.
func (s *Source) fair(riverQueue string, most int) (room int, sure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := &s.standing
	switch {
	case s.leaving || !s.expects(riverQueue) || !st.alive(s.config.Now()):
		return 0, true
	case st.of < 2:
		return most, true
	}
	room = int(min(int64(most), max(s.share()-int64(len(s.held)), 0)))
	return room, room == most || s.config.Now().Sub(st.tallied) < countedFor
}

// Crowded tells whether this replica holds more lanes than its share, so that those of long work should be given
// back at the end of their slice.
func (s *Source) Crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.standing.of > 1 && int64(len(s.held)) > s.share()
}

// share is how many lanes this replica may hold; mu is held.
func (s *Source) share() int64 {
	all := int64(len(s.held)) + s.standing.others + s.standing.waiting
	return max(all*shareDividend/shareDivisor/int64(s.standing.of), fewLanes)
}

// called returns the queue of a name that River has; nil if nobody claims its lanes here. mu is held.
func (s *Source) called(riverName string) *queue {
	for name, q := range s.queues {
		if riverQueue(name) == riverName {
			return q
		}
	}
	return nil
}

// expects tells whether there may be tickets of a queue; mu is held.
func (s *Source) expects(riverName string) bool {
	q := s.called(riverName)
	return q != nil && (q.drained != s.standing.news || s.deaf() && s.config.Now().Sub(q.looked) >= pollsDeaf)
}

// stir is that there may be tickets.
func (s *Source) stir() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.standing.news++
}

// news is what expects goes by.
func (s *Source) news() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.standing.news
}

// drain notes that there were no more tickets of a queue after some news.
func (s *Source) drain(riverName string, news int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.called(riverName); q != nil {
		q.drained, q.looked = news, s.config.Now()
	}
}

const countWaiting = `
SELECT count(*), coalesce(extract(epoch FROM now() - min(scheduled_at) FILTER (WHERE queue = $1)), 0)::float8
FROM river_job WHERE state = 'available' AND kind = $2`

// count looks up how many lanes wait, and for how long one of a queue does.
func (s *Source) count(ctx context.Context, riverQueue string) (left time.Duration, err error) {
	var waiting int64
	var seconds float64
	if err := s.config.Pool.QueryRow(ctx, countWaiting, riverQueue, ticket{}.Kind()).Scan(&waiting, &seconds); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.standing.waiting, s.standing.tallied = waiting, s.config.Now()
	return time.Duration(seconds * float64(time.Second)), nil
}
