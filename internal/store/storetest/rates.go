package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func rates() []rule {
	return []rule{
		{"what is accepted and what ends is counted by minute and TSP, of all processes, and is kept once it is written down", ratesAreCounted},
		{"what was counted is forgotten when it is old", oldRatesAreForgotten},
		{"those that failed are counted by their stages from a time on", failedAreCounted},
		{"subscriptions that are stale are listed and counted, whosever they are, and dead letters with them", troubledAreCounted},
	}
}

// rated are the counts of stretches since noon, the first of which begin an hour before.
func (s *stand) rated(every time.Duration) []operation.Rate {
	s.t.Helper()
	return got[[]operation.Rate](s)(s.Rates(s.t.Context(), at(-60), every))
}

// counts returns once what was committed is counted, which follows the answer.
func (s *stand) counts() { s.flush(); s.flush() }

func ratesAreCounted(t *testing.T, s *stand) {
	conn := uuid.New()
	s.settle(s.accept(surveyed(conn, 1, 0)), operation.Succeeded)
	s.settle(s.accept(surveyed(conn, 1, 1)), operation.Failed)
	other := surveyed(uuid.New(), 2, 1)
	other.TSP = "motive"
	s.accept(other)
	s.counts()
	want := func(each ...operation.Rate) []operation.Rate { return each }
	minutes := want(operation.Rate{At: at(0), TSP: "samsara", Accepted: 1, Succeeded: 1},
		operation.Rate{At: at(1), TSP: "motive", Accepted: 1}, operation.Rate{At: at(1), TSP: "samsara", Accepted: 1, Failed: 1})
	same(t, "before they are written down", s.rated(time.Minute), minutes)
	s.must(s.SaveRates(t.Context()))
	same(t, "written down", s.rated(time.Minute), minutes)
	beside := s.beside()
	late := surveyed(uuid.New(), 1, 1)
	beside.accept(late)
	beside.counts()
	beside.must(beside.SaveRates(t.Context()))
	s = s.crashed()
	minutes[2].Accepted++
	same(t, "of both, after a crash", s.rated(time.Minute), minutes)
	same(t, "by the quarter", s.rated(15*time.Minute), want(operation.Rate{At: at(0), TSP: "motive", Accepted: 1},
		operation.Rate{At: at(0), TSP: "samsara", Accepted: 3, Succeeded: 1, Failed: 1}))
	same(t, "later", len(got[[]operation.Rate](s)(s.Rates(t.Context(), at(2), time.Minute))), 0)
}

func oldRatesAreForgotten(t *testing.T, s *stand) {
	s.accept(surveyed(uuid.New(), 1, 0))
	s.counts()
	s.must(s.SaveRates(t.Context()))
	s.later(operation.RatesKept + time.Minute)
	s.accept(surveyed(uuid.New(), 1, 60))
	s.counts()
	s.must(s.SaveRates(t.Context()))
	same(t, "left", s.rated(time.Minute), []operation.Rate{{At: at(60), TSP: "samsara", Accepted: 1}})
}

func failedAreCounted(t *testing.T, s *stand) {
	for i, to := range []operation.State{operation.Failed, operation.Succeeded, operation.Failed} {
		s.settle(s.accept(surveyed(uuid.New(), byte(i+1), i)), to)
	}
	for since, want := range map[int]int{0: 2, 1: 1, 3: 0} {
		of := got[map[operation.Stage]operation.Count](s)(s.CountFailed(t.Context(), at(since)))
		same(t, "failed", of[operation.StageFailed], operation.Count{N: want})
		same(t, "unknown", of[operation.StageUnknown], operation.Count{})
	}
}

func troubledAreCounted(t *testing.T, s *stand) {
	stale := subscribed(uuid.New(), eventName)
	stale.Status = webhook.Stale
	s.subscribe(stale)
	s.subscribe(subscribed(uuid.New(), eventName))
	sub, waiting := s.listening(3)
	for _, w := range waiting[:2] {
		s.must(s.SettleDelivery(t.Context(), settled(sub, w, webhook.DeliveryDead)))
	}
	same(t, "listed", got[[]webhook.Subscription](s)(s.StaleSubscriptions(t.Context(), 5)), []webhook.Subscription{stale})
	for most, want := range map[int][]int{9: {1, 2}, 1: {1, 1}} {
		n, dead, err := s.CountTroubled(t.Context(), most)
		s.must(err)
		same(t, "counted", []int{n, dead}, want)
	}
}
