package operation_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestEachEntryShowsItsExchangesOrWhyItHasNone(t *testing.T) {
	t.Parallel()
	call := func(url string) tsp.Exchange { return tsp.Exchange{Request: tsp.Request{URL: url}} }
	op := operation.Operation{State: operation.Sending}
	op.Attempts = []operation.Attempt{{N: 1, Class: tsp.Throttled}, {N: 2}, {N: 3}, {N: 4}, {N: 5}, {N: 6}}
	op, _, err := op.Interrupt(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	read := op.ReadWith([]operation.Kept{
		{Try: 0, Entry: 1, Entries: 1, Calls: []tsp.Exchange{call("a")}, Omitted: 2},
		{Try: 1, Entry: 1, Entries: 1, Calls: []tsp.Exchange{call("b")}, Omitted: 1},
		{Try: 2, Entry: 2, Entries: 2, Calls: []tsp.Exchange{call("c")}},
		{Try: 3, Entry: 4, Entries: 1, Calls: []tsp.Exchange{}},
		{Try: 4, Entry: 5, Damaged: errors.New("it is no JSON")},
	})
	for i, want := range []struct {
		urls, absent string
		omitted      int
	}{{"ab", "", 3}, {"c", "", 0}, {"", "with_first_part", 0}, {"", "", 0}, {"", "unreadable", 0}, {"", "not_kept", 0},
		{"", "interrupted", 0}} {
		l, urls, absent := read.Logs[i], "", ""
		if l.Exchanges != nil {
			for _, one := range *l.Exchanges {
				urls += one.Request.URL
			}
		}
		if l.Absent != nil {
			absent = *l.Absent
		}
		if urls != want.urls || absent != want.absent || l.Omitted != want.omitted || (l.Exchanges == nil) != (absent != "") {
			t.Errorf("entry %d shows %q, absent %q, %d omitted, want %+v", i+1, urls, absent, l.Omitted, want)
		}
	}
	for i, l := range op.Read().Logs {
		if l.Calls != nil {
			t.Errorf("entry %d shows exchanges that nobody asked for", i+1)
		}
	}
}

func TestEachWayInWhichAnAttemptDiesIsTold(t *testing.T) {
	t.Parallel()
	for _, sync := range []bool{false, true} {
		for name, ends := range map[string]func(operation.Operation, time.Time) (operation.Operation, operation.Attempt, error){
			"interrupted": operation.Operation.Interrupt, "unsent": operation.Operation.Unsent} {
			op, _, err := ends(operation.Operation{State: operation.Sending, Sync: sync}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if l := op.ReadWith(nil).Logs[0]; l.Exchanges != nil || *l.Absent != "interrupted" {
				t.Errorf("%s, sync %t: absent %s", name, sync, *l.Absent)
			}
		}
	}
}

// keptCalls are those of one attempt.
type keptCalls []tsp.Exchange

func (k keptCalls) Exchanges(context.Context, uuid.UUID) ([]operation.Kept, error) {
	return []operation.Kept{{Entry: 1, Entries: 1, Calls: slices.Clone(k)}}, nil
}

func TestWhatWasReadIsShownToWhomTheFleetLetsReadIt(t *testing.T) {
	t.Parallel()
	call := func(purpose tsp.Purpose, reads bool) tsp.Exchange {
		body := string(purpose)
		return tsp.Exchange{Purpose: purpose, Reads: reads, Response: &tsp.Response{Content: tsp.Content{Body: &body}}}
	}
	for name, c := range map[string]struct {
		lacks resource.Kind
		want  []bool
	}{
		"all":                     {"", []bool{true, true, true, true}},
		"all but what is written": {resource.KindMessage, []bool{true, false, false, false}},
		"no people":               {resource.KindUser, []bool{true, false, false, true}},
		"no vehicles":             {resource.KindVehicle, []bool{true, false, false, true}},
		"no trailers":             {resource.KindTrailer, []bool{true, false, false, true}},
		"no inspections":          {resource.KindDvirLog, []bool{true, true, true, true}},
	} {
		d := open(t)
		delete(d.grant.Levels, c.lacks)
		d.Kept = keptCalls{call(tsp.ForWrite, false), call(tsp.ForWrite, true), call(tsp.ForLookUp, true),
			call(tsp.ForReadBack, true)}
		kept, err := d.Exchanges(t.Context(), operation.Operation{Partner: partner, Fleet: fleet, Kind: resource.KindMessage})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range c.want {
			if one := kept[0].Calls[i]; (one.Response.Body != nil) != want || one.Response.Redacted == want {
				t.Errorf("who may read %s is shown the answer to the call for %s: %t", name, one.Purpose, !want)
			}
		}
	}
}
