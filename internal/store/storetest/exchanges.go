package storetest

import (
	"fmt"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func exchanges() []rule {
	return []rule{
		{"the calls of an attempt are kept with its end, and read in order after a crash", callsAreKept},
		{"calls whose settlement is refused are not kept", refusedCallsAreNot},
		{"of many attempts of an operation the calls of the first and of the newest are kept", callsAreBounded},
		{"calls of attempts that ended before a time go, in parts, and no others", oldCallsGo},
		{"calls go with their operation", callsGoAlong},
	}
}

// called is a call with a text in its body and in its answer.
func called(text string) tsp.Exchange {
	body := `{"text":"` + text + `"}`
	content := tsp.Content{Body: &body, BodyLength: int64(len(body))}
	one := tsp.Keeping{Purpose: tsp.ForWrite}.Begin(at(1), true)
	one.Request = tsp.Request{Method: "POST", URL: "https://t.example/v1/things?a=b", Content: content,
		Headers: map[string]string{"Content-Type": "application/json"}, Redacted: true}
	one.Response = &tsp.Response{Status: 503, Headers: map[string]string{"Retry-After": "1"}, Content: content}
	one.DurationMS = 12
	return one
}

// withCalls is a settlement whose attempt made some calls.
func withCalls(op operation.Operation, to operation.State, calls ...tsp.Exchange) operation.Settlement {
	set := settlement(op, to)
	set.Kept = op.KeptOf(set.Attempts, append([]tsp.Exchange{}, calls...))
	return set
}

// calls are those that are kept of an operation.
func (s *stand) calls(of operation.Operation) []operation.Kept {
	s.t.Helper()
	return got[[]operation.Kept](s)(s.Exchanges(s.t.Context(), of.ID))
}

// asJSON are calls as callers see them.
func (s *stand) asJSON(calls []tsp.Exchange) string {
	s.t.Helper()
	return string(got[[]byte](s)(json.Marshal(calls, json.Deterministic(true))))
}

func callsAreKept(t *testing.T, s *stand) {
	op := s.accept(queued(uuid.New()))
	is(t, "none", len(s.calls(op)), 0)
	lost := called("lost")
	lost.Response, lost.Error = nil, new(string)
	*lost.Error = "the TSP did not answer"
	first := withCalls(op, operation.Retry, called("one"), lost)
	first.Kept.Omitted = 3
	s.must(s.Settle(t.Context(), first))
	second := withCalls(s.read(op), operation.Retry)
	s.must(s.Settle(t.Context(), second))
	s.settle(s.read(op), operation.Failed)
	s = s.crashed()
	var texts []string
	for _, k := range s.calls(op) {
		is(t, "damaged", k.Damaged == nil, true)
		texts = append(texts, fmt.Sprint(k.Try, k.Entry, k.Entries, k.EndedAt.Equal(at(2)), k.Omitted, len(k.Calls)))
	}
	same(t, "kept", texts, []string{"0 1 1 true 3 2", "1 2 1 true 0 0"})
	same(t, "calls", s.asJSON(s.calls(op)[0].Calls), s.asJSON(first.Kept.Calls))
}

func refusedCallsAreNot(t *testing.T, s *stand) {
	op := s.accept(queued(uuid.New()))
	s.settle(op, operation.Failed)
	is(t, "refused", s.Settle(t.Context(), withCalls(op, operation.Retry, called("late"))) != nil, true)
	is(t, "kept", len(s.calls(op)), 0)
}

func callsAreBounded(t *testing.T, s *stand) {
	op := s.accept(queued(uuid.New()))
	const many = 30
	for range many {
		s.must(s.Settle(t.Context(), withCalls(op, operation.Retry, called("again"))))
		op = s.read(op)
	}
	kept := s.calls(op)
	is(t, "kept", len(kept), 20)
	is(t, "the first", kept[0].Try, 0)
	is(t, "the oldest of the others", kept[1].Try, many-19)
	is(t, "the last", kept[19].Try, many-1)
}

func oldCallsGo(t *testing.T, s *stand) {
	const many = 250
	young := s.accept(queued(uuid.New()))
	for i := range many {
		op := queued(uuid.New())
		op.ID = v7(noon().Add(time.Duration(i) * time.Microsecond))
		op = s.accept(op)
		s.must(s.Settle(t.Context(), withCalls(op, operation.Retry, called("old"))))
		if i == 0 {
			young = op
		}
	}
	again := withCalls(s.read(young), operation.Failed, called("young"))
	again.Kept.EndedAt = at(20)
	s.must(s.Settle(t.Context(), again))
	sweep := func() (bool, error) { return s.SweepExchanges(t.Context(), at(10)) }
	if parts := s.swept(sweep); parts < 3 {
		t.Errorf("all went in %d parts", parts)
	}
	left := s.calls(young)
	is(t, "left", len(left), 1)
	is(t, "the young one", left[0].Try, 1)
	is(t, "the log is as it was", len(s.read(young).Attempts), 2)
	is(t, "more", got[bool](s)(sweep()), false)
}

func callsGoAlong(t *testing.T, s *stand) {
	op := s.accept(queued(uuid.New()))
	s.must(s.Settle(t.Context(), withCalls(op, operation.Failed, called("one"))))
	s.forgotten(s.SweepOperations, at(1000))
	is(t, "kept", len(s.calls(op)), 0)
}
