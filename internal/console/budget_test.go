package console

import (
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
)

func TestAConnectionTellsWhatIsLeftOfItsLimits(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who, o.status = Visitor{Name: "Ada", Role: Admin}, connection.Active
	path := connectionPath(o.op.Connection)
	if _, text := o.page(t, path); !strings.Contains(text, "No limit is known of its TSP, and no operator has set one.") ||
		!strings.Contains(text, "No call was made through it in the last 12 hours") || strings.Contains(text, "<svg class=\"chart\"") {
		t.Errorf("without any: %s", text)
	}
	soon := noon().Add(40 * time.Second)
	o.limits = []Limit{
		{Key: "writes", Whose: "the TSP's, of this connection", Events: 100, Period: time.Minute, Known: true, Now: 37, Of: 100, Parts: 1, Whole: soon},
		{Key: "shared", Events: 10, Period: 5 * time.Second, Known: true, Of: 5, Parts: 2, Next: soon, Whole: soon},
		{Key: "flights", Bound: 8, Flying: 3, Known: true},
		{Key: "elsewhere", Events: 1, Period: time.Hour, Runner: "host/2"},
		{Key: "nowhere", Events: 1, Period: time.Hour},
	}
	o.calls = []lane.Calls{{At: noon().Add(-11 * time.Hour), Made: 1234}, {At: noon().Add(-lane.CallsEvery), Made: 5, Refused: 2}}
	_, text := o.page(t, path)
	for _, want := range []string{"100/m", "37 of 100 at once", "10 in 5s", "0 of 5 at once, in this replica&#39;s part of 2", "in 40 s", "8 at once",
		"3 under way here, of 8", "known to host/2 alone", "not known here", "Over the last 12 hours 1,239 calls were made, and 2 were answered by asking to wait",
		"<summary>2 limits of which it is not known here what is left</summary>", "<span>100</span><span>50</span><span>0</span>", `<rect class="wait"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
}

func TestALimitOfWhichNothingIsUsedStandsBehindTheOthers(t *testing.T) {
	t.Parallel()
	whole := Limit{Key: "whole", Period: time.Second, Known: true, Now: 5, Of: 5}
	used, flying, closed, byHand, unknown := whole, whole, whole, whole, Limit{Key: "unknown"}
	used.Now, flying.Flying, closed.Next, byHand.Set = 4, 1, noon(), true
	for says, all := range map[string][]Limit{"1 limit of which nothing is used": {used, whole, flying, closed, byHand},
		"2 limits of which nothing is used, as far as is known here": {unknown, used, flying, closed, byHand, whole},
		"1 limit of which it is not known here what is left":         {used, flying, closed, byHand, unknown}} {
		if v := limitsOf(all, noon()); len(v.Used.Rows) != 4 || v.Says() != says {
			t.Errorf("%d are used, and %s", len(v.Used.Rows), v.Says())
		}
	}
}

func TestTheChartOfCallsKeepsItsBounds(t *testing.T) {
	t.Parallel()
	var all []lane.Calls
	for i := range 200 {
		all = append(all, lane.Calls{At: noon().Add(-24*time.Hour + time.Duration(i)*lane.CallsEvery), Made: i, Refused: i / 2})
	}
	v := callsOf(all, noon())
	if n := int(lane.CallsKept / lane.CallsEvery); v.Width != n*barWidth || len(v.Rows) != n {
		t.Errorf("%d wide with %d rows", v.Width, len(v.Rows))
	}
	for _, b := range v.Bars {
		if b.X < 0 || b.X >= v.Width || b.Y < 0 || b.Height < leastHeight || b.Y+b.Height > chartHeight {
			t.Errorf("a bar is drawn beside the chart: %+v", b)
		}
	}
}
