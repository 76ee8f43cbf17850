package steps_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/steps"
)

func TestDeliveriesThatWereNotTriedAreNamedInOnePart(t *testing.T) {
	t.Parallel()
	var keys []string
	for n := range 25 {
		keys = append(keys, fmt.Sprint(n))
	}
	o := &world{ends: map[string]error{"call 1": fails(tsp.Unknown)}, marks: []tsp.Step{done("2")}}
	_, err := plan(o.deliveries(keys...)...).Perform(t.Context(), o.write())
	parts := wantClass(t, err, tsp.Unknown).Parts
	untried := parts[len(parts)-2]
	if len(parts) != 3 || parts[2].Class != tsp.Unknown || !strings.HasPrefix(untried.Name, "to 3, to 4, ") || !strings.HasSuffix(untried.Name, ", to 22 and 2 more") {
		t.Errorf("the parts are %s", spelt(parts))
	}
}

func TestADeliveryThatShowsNoRecordLeavesThatOfAnother(t *testing.T) {
	t.Parallel()
	says := func(key, part string, record *tsp.Record) steps.Step {
		return steps.Step{Key: key, Part: part, Prepare: func(context.Context, tsp.Write) (steps.Call, error) {
			return func(context.Context) (tsp.Written, error) { return tsp.Written{Record: record}, nil }, nil
		}}
	}
	one := &tsp.Record{SourceID: "1"}
	for name, c := range map[string]struct {
		all  []steps.Step
		want *tsp.Record
	}{
		"deliveries, one answers one":  {[]steps.Step{says("a", "to a", one), says("b", "to b", nil)}, one},
		"deliveries, none answers one": {[]steps.Step{says("a", "to a", nil), says("b", "to b", nil)}, nil},
	} {
		if out, err := plan(c.all...).Perform(t.Context(), new(world).write()); err != nil || out.Record != c.want {
			t.Errorf("%s: %+v, %v", name, out.Record, err)
		}
	}
}
