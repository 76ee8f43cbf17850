package storetest

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

func surveys() []rule {
	return []rule{
		{"a survey lists operations of all partners, newest first, with their attempts, in pages both ways", surveyPages},
		{"a survey narrows by each of its fields, along the time of a partner and along all", surveyNarrows},
		{"a tally counts operations by their stages, as a survey lists them", tallyCounts},
		{"an operation is found by its id alone, and by the end of it", anyIsFound},
		{"what waits for connections is counted up to a bound, and since when where all was", waitingIsCounted},
		{"a chain is listed as far as it has not ended, in its order", chainIsListed},
	}
}

// surveyed is an operation of some partner that was accepted at a minute; its id is of that time as well.
func surveyed(conn uuid.UUID, partner byte, minute int) operation.Operation {
	op := queued(conn)
	op.Partner, op.CreatedAt, op.UpdatedAt = uuid.UUID{partner}, at(minute), at(minute)
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(op.CreatedAt.UnixMilli()))
	copy(op.ID[:6], ms[2:])
	return op
}

// surveyedAt are the minutes at which operations were accepted that a survey lists.
func (s *stand) surveyedAt(of operation.Survey) (minutes []int) {
	s.t.Helper()
	if of.Window.Limit == 0 {
		of.Window.Limit = 50
	}
	for _, op := range got[page.Found[operation.Operation]](s)(s.Survey(s.t.Context(), of)).Entries {
		minutes = append(minutes, int(op.CreatedAt.Sub(noon())/time.Minute))
	}
	return minutes
}

func surveyPages(t *testing.T, s *stand) {
	conn := uuid.New()
	for i := range 5 {
		s.accept(surveyed(conn, byte(1+i%2), i))
	}
	s.settle(s.accept(surveyed(conn, 1, 5)), operation.Failed)
	same(t, "all", s.surveyedAt(operation.Survey{}), []int{5, 4, 3, 2, 1, 0})
	first := got[page.Found[operation.Operation]](s)(s.Survey(t.Context(), operation.Survey{Window: page.Window{Limit: 2}})).Entries
	if len(first) != 2 || len(first[0].Attempts) != 1 {
		t.Fatalf("the first page holds %d operations, the newest with the attempts %v", len(first), first[0].Attempts)
	}
	for _, stage := range []operation.Stage{"", operation.StageLive} {
		next := operation.Survey{Stage: stage, Window: page.Window{Limit: 2, Place: first[1].Position()}}
		same(t, "behind it "+string(stage), s.surveyedAt(next), []int{3, 2})
		next.Window = page.Window{Limit: 2, Place: page.Position{At: at(1), Seq: first[1].Seq - 3}, Backwards: true}
		same(t, "before another "+string(stage), s.surveyedAt(next), []int{3, 2})
	}
}

func surveyNarrows(t *testing.T, s *stand) {
	conn, other := uuid.New(), uuid.New()
	s.accept(surveyed(conn, 1, 0))
	late := surveyed(other, 1, 10)
	late.TSP, late.Kind, late.Verb, late.Resource, late.SourceID = "motive", "vehicle", "update", uuid.UUID{9}, "s9"
	late.OrderKey = late.Resource.String()
	s.accept(late)
	s.accept(surveyed(conn, 2, 20))
	s.settle(s.accept(surveyed(conn, 1, 30)), operation.Succeeded)
	s.settle(s.accept(surveyed(conn, 2, 40)), operation.Failed)
	s.later(time.Hour)
	for name, of := range map[string]struct {
		survey operation.Survey
		want   []int
	}{
		"partner":                         {operation.Survey{Partner: uuid.UUID{2}}, []int{40, 20}},
		"connection":                      {operation.Survey{Connection: other}, []int{10}},
		"TSP":                             {operation.Survey{TSP: "motive"}, []int{10}},
		"kind":                            {operation.Survey{Kind: "vehicle"}, []int{10}},
		"verb":                            {operation.Survey{Verb: "update"}, []int{10}},
		"record":                          {operation.Survey{Resource: uuid.UUID{9}}, []int{10}},
		"source id":                       {operation.Survey{SourceID: "s9"}, []int{10}},
		"from":                            {operation.Survey{From: at(20)}, []int{40, 30, 20}},
		"to":                              {operation.Survey{To: at(20)}, []int{10, 0}},
		"live":                            {operation.Survey{Stage: operation.StageLive}, []int{20, 10, 0}},
		"succeeded":                       {operation.Survey{Stage: operation.StageSucceeded}, []int{30}},
		"failed":                          {operation.Survey{Stage: operation.StageFailed}, []int{40}},
		"both":                            {operation.Survey{Partner: uuid.UUID{2}, Stage: operation.StageFailed, From: at(30)}, []int{40}},
		"neither":                         {operation.Survey{Partner: uuid.UUID{1}, Stage: operation.StageFailed}, nil},
		"a partner's live ones of a time": {operation.Survey{Partner: uuid.UUID{1}, Stage: operation.StageLive, To: at(5)}, []int{0}},
	} {
		same(t, name, s.surveyedAt(of.survey), of.want)
	}
}

func tallyCounts(t *testing.T, s *stand) {
	conn := uuid.New()
	for i, to := range []operation.State{operation.Succeeded, operation.Succeeded, operation.Failed, operation.Unknown} {
		s.settle(s.accept(surveyed(conn, byte(1+i%2), i)), to)
	}
	s.accept(surveyed(uuid.New(), 1, 9))
	for name, of := range map[string]struct {
		survey                                operation.Survey
		all, succeeded, failed, live, looking int
	}{
		"all":          {operation.Survey{}, 5, 2, 1, 2, 1},
		"a partner's":  {operation.Survey{Partner: uuid.UUID{1}}, 3, 1, 1, 1, 0},
		"a connection": {operation.Survey{Connection: conn}, 4, 2, 1, 1, 1},
		"of late":      {operation.Survey{From: at(2)}, 3, 0, 1, 2, 1},
	} {
		tally := got[operation.Tally](s)(s.Tally(t.Context(), of.survey))
		same(t, name, []int{tally.All.N, tally.Of[operation.StageSucceeded].N, tally.Of[operation.StageFailed].N,
			tally.Of[operation.StageLive].N, tally.Of[operation.StageLooking].N},
			[]int{of.all, of.succeeded, of.failed, of.live, of.looking})
		if tally.All.AtLeast || tally.Of[operation.StageLive].AtLeast {
			t.Errorf("%s: few operations are at least so many", name)
		}
	}
}

func anyIsFound(t *testing.T, s *stand) {
	op := s.settle(s.accept(surveyed(uuid.New(), 7, 0)), operation.Failed)
	same(t, "by its id", got[operation.Operation](s)(s.AnyOperation(t.Context(), op.ID)), op)
	_, err := s.AnyOperation(t.Context(), uuid.New())
	fails(t, "by another", err, operation.ErrNotFound)
	same(t, "by its end", got[[]uuid.UUID](s)(s.Ending(t.Context(), op.ID[12:])), []uuid.UUID{op.ID})
	same(t, "by another end", got[[]uuid.UUID](s)(s.Ending(t.Context(), []byte{1, 2, 3, 4})), []uuid.UUID(nil))
}

func chainIsListed(t *testing.T, s *stand) {
	conn := uuid.New()
	var all []uuid.UUID
	for i := range 4 {
		op := surveyed(conn, byte(1+i%2), i)
		op.OrderKey = "one"
		all = append(all, s.accept(op).ID)
	}
	s.accept(surveyed(conn, 1, 9))
	s.settle(got[operation.Operation](s)(s.AnyOperation(t.Context(), all[0])), operation.Succeeded)
	var listed []uuid.UUID
	for _, op := range got[[]operation.Operation](s)(s.LiveChain(t.Context(), conn, "one", 2)) {
		listed = append(listed, op.ID)
	}
	same(t, "the chain", listed, all[1:3])
}

func waitingIsCounted(t *testing.T, s *stand) {
	few, many, none := uuid.New(), uuid.New(), uuid.New()
	s.settle(s.accept(surveyed(few, 1, 0)), operation.Failed)
	for i := range 2 {
		s.accept(surveyed(few, 1, 7-i))
	}
	for range 201 {
		s.accept(surveyed(many, 1, 1))
	}
	same(t, "waiting", got[[]operation.Waiting](s)(s.Waiting(t.Context(), []uuid.UUID{few, none, many})), []operation.Waiting{
		{Connection: few, Count: operation.Count{N: 2}, Since: at(6)},
		{Connection: many, Count: operation.Count{N: 200, AtLeast: true}}})
}
