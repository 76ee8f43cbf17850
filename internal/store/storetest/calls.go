package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/lane"
)

func callCounts() []rule {
	return []rule{
		{"calls through a connection are counted by the quarter of an hour, of all processes, and kept once they are written down", callsAreCounted},
		{"what was counted of calls for a while is written down, and what is newer is not", callsAreSavedInTime},
		{"counts of calls are forgotten when they are old", oldCallsAreForgotten},
	}
}

// called are the counts of a connection since an hour before noon.
func (s *stand) called(conn uuid.UUID) []lane.Calls {
	s.t.Helper()
	return got[[]lane.Calls](s)(s.Calls(s.t.Context(), conn, at(-60)))
}

func callsAreCounted(t *testing.T, s *stand) {
	conn, other := uuid.New(), uuid.New()
	s.CountCalls(conn, 3, 0)
	s.CountCalls(other, 7, 1)
	s.later(16 * time.Minute)
	s.CountCalls(conn, 2, 1)
	now := s.Now()
	want := []lane.Calls{{At: now.Add(-16 * time.Minute).Truncate(lane.CallsEvery), Made: 3}, {At: now.Truncate(lane.CallsEvery), Made: 2, Refused: 1}}
	same(t, "before they are written down", s.called(conn), want)
	s.must(s.SaveCalls(t.Context(), 0))
	same(t, "written down", s.called(conn), want)
	beside := s.beside()
	beside.CountCalls(conn, 5, 2)
	same(t, "of another process that has not written them down", s.called(conn), want)
	beside.must(beside.SaveCalls(t.Context(), 0))
	s = s.crashed()
	s.later(16 * time.Minute)
	want[1].Made, want[1].Refused = 7, 3
	same(t, "of both, after a crash", s.called(conn), want)
	same(t, "of the other connection", s.called(other), []lane.Calls{{At: want[0].At, Made: 7, Refused: 1}})
	same(t, "from later on", got[[]lane.Calls](s)(s.Calls(t.Context(), conn, s.Now())), want[1:])
}

func callsAreSavedInTime(t *testing.T, s *stand) {
	early, late := uuid.New(), uuid.New()
	s.CountCalls(early, 1, 0)
	s.later(4 * time.Minute)
	s.CountCalls(early, 1, 0)
	s.CountCalls(late, 1, 0)
	s.later(2 * time.Minute)
	s.must(s.SaveCalls(t.Context(), 5*time.Minute))
	s = s.crashed()
	sum := 0
	for _, n := range s.called(early) {
		sum += n.Made
	}
	same(t, "counted for a while", sum > 0, true)
	same(t, "counted of late", len(s.called(late)), 0)
}

func oldCallsAreForgotten(t *testing.T, s *stand) {
	old, young := uuid.New(), uuid.New()
	s.CountCalls(old, 1, 0)
	s.must(s.SaveCalls(t.Context(), 0))
	began := s.Now()
	s.later(lane.CallsKept + 2*lane.CallsEvery)
	s.CountCalls(young, 1, 0)
	s.must(s.SaveCalls(t.Context(), 0))
	same(t, "there is something to forget", got[bool](s)(s.ForgetCalls(t.Context())), true)
	same(t, "there is nothing more", got[bool](s)(s.ForgetCalls(t.Context())), false)
	same(t, "the old", len(got[[]lane.Calls](s)(s.Calls(t.Context(), old, began))), 0)
	same(t, "the young", len(s.called(young)), 1)
}
