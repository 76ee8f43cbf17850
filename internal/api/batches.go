package api

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
)

// How many batches are under way at once, of one partner and of all. Each holds some hundreds of lines, which are two or three
// megabytes where they are as long as they may be.
const (
	batchesOfOne = 4
	batchesOfAll = 64
)

// batches are those that are under way.
type batches struct {
	mu    sync.Mutex
	under map[*inflow]uuid.UUID
	ended bool
}

// enter begins a batch of a partner, unless there are as many as may be. leave must be called at its end.
func (s *batches) enter(partner uuid.UUID, in *inflow) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := 0
	for _, of := range s.under {
		if of == partner {
			own++
		}
	}
	switch {
	case s.ended:
		return nil, stopping()
	case own >= batchesOfOne:
		return nil, &problem.Error{Code: problem.TooMany, RetryAfter: time.Second,
			Detail: "this partner has as many batches under way as it may; send more lines with one of them, or wait for its end"}
	case len(s.under) >= batchesOfAll:
		return nil, &problem.Error{Code: problem.TooMany, RetryAfter: time.Second,
			Detail: "as many batches are under way as may be; wait for the end of some, or send the writes one by one"}
	}
	if s.under == nil {
		s.under = map[*inflow]uuid.UUID{}
	}
	s.under[in] = partner
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.under, in)
	}, nil
}

// EndBatches ends the batches that are under way with what they have taken, and lets none begin.
func (s *Server) EndBatches() {
	s.batches.mu.Lock()
	defer s.batches.mu.Unlock()
	s.batches.ended = true
	for in := range s.batches.under {
		in.fail(stopping())
	}
}

// stopping is why a batch ends with the process.
func stopping() *problem.Error {
	return &problem.Error{Code: problem.Unavailable, RetryAfter: time.Second,
		Detail: "this process of the service stops; send what is behind the last line that was answered in another batch"}
}
