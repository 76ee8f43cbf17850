package tsp_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// calledWith is a call with a body.
func calledWith(body string) tsp.Exchange {
	one := tsp.Keeping{Purpose: tsp.ForWrite}.Begin(time.Now(), false)
	one.Request.Content = tsp.Content{Body: &body, BodyLength: int64(len(body))}
	one.Response = &tsp.Response{Status: 200, Content: one.Request.Content}
	return one
}

func TestWhatIsKeptOfAnAttemptIsBounded(t *testing.T) {
	t.Parallel()
	const many, bytes = 100, 4 << 10
	var in tsp.Exchanges
	var all sync.WaitGroup
	for range many {
		all.Go(func() { in.Add(calledWith(strings.Repeat("x", bytes))) })
	}
	all.Wait()
	kept, omitted := in.End()
	whole, cut := 0, 0
	for _, one := range kept {
		for _, c := range []tsp.Content{one.Request.Content, one.Response.Content} {
			if c.BodyLength != bytes {
				t.Errorf("a body of %d bytes is told as %d", bytes, c.BodyLength)
			}
			if c.BodyCut {
				cut++
			} else {
				whole += len(*c.Body)
			}
		}
	}
	if len(kept)+omitted != many || len(kept) != 40 || whole != 64<<10 || cut == 0 {
		t.Errorf("kept are %d calls with %d bytes, %d without, and %d are omitted", len(kept), whole, cut, omitted)
	}
}

func TestACallThatEndsBehindItsAttemptIsNotKept(t *testing.T) {
	t.Parallel()
	var in tsp.Exchanges
	in.Add(calledWith("in time"))
	first, _ := in.End()
	in.Add(calledWith("late"))
	again, omitted := in.End()
	if len(first) != 1 || len(again) != 1 || omitted != 0 {
		t.Errorf("kept are %d calls, and %d when asked again", len(first), len(again))
	}
}

func TestOfAnAttemptThatNobodyKeepsNothingIs(t *testing.T) {
	t.Parallel()
	if _, ok := tsp.KeptOf(t.Context()); ok {
		t.Error("it is")
	}
	in := &tsp.Exchanges{}
	if k, ok := tsp.KeptOf(tsp.Keep(t.Context(), in)); !ok || k.Exchanges != in || k.Purpose != tsp.ForWrite {
		t.Errorf("%+v", k)
	}
}
