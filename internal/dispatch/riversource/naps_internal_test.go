package riversource

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestWhoCannotListenFetchesAtOnceWhatItMadeTicketsForItself(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := &Source{config: Config{PollOnly: true, Now: func() time.Time { return now }}, known: map[string]bool{},
		queues: map[string]*queue{fence.Connections: {}}}
	waits := row{lane: fence.Lane{Kind: fence.Connections, ID: uuid.UUID{1}}, queue: fence.Connections, queued: true}
	expects := func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.expects(riverQueue(fence.Connections))
	}
	s.drain(riverQueue(fence.Connections), s.news())
	if expects() {
		t.Error("tickets are fetched where all were fetched a moment ago")
	}
	s.nap([]row{waits}, false)
	if !expects() {
		t.Error("a ticket that was made here is not fetched")
	}
	s.drain(riverQueue(fence.Connections), s.news())
	waits.queued = false
	s.nap([]row{waits}, false)
	if expects() {
		t.Error("tickets are fetched where none was made")
	}
	if now = now.Add(pollsDeaf); !expects() {
		t.Error("tickets of others are never fetched")
	}
}
