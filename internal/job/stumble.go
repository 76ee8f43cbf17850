package job

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

// What fails of an operation for no reason that its caller could be told may pass, as most does, and may not. So it is
// tried again so often at least, and for so long, before the job goes on without it.
const (
	leastStumbles = 10
	longestTried  = 30 * time.Second
)

// stumbles are the operations at which a job of this process fails, each since when and how often. The next process
// begins anew.
type stumbles struct {
	mu sync.Mutex
	at map[uuid.UUID]stumble
}

type stumble struct {
	since time.Time
	n     int
}

// again notes that an operation has failed once more, and tells whether it is to be tried again.
func (s *stumbles) again(id uuid.UUID, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, known := s.at[id]
	if !known {
		one.since = now
	}
	one.n++
	if s.at == nil {
		s.at = map[uuid.UUID]stumble{}
	}
	s.at[id] = one
	return one.n < leastStumbles || now.Sub(one.since) < longestTried
}

// over forgets an operation that was decided.
func (s *stumbles) over(id uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.at, id)
}

// clear forgets all, once there are no jobs.
func (s *stumbles) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.at)
}
