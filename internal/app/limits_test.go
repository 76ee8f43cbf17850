package app

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestALimitIsSharedByItsScopeAndKeepsWhatItBounds(t *testing.T) {
	t.Parallel()
	spec := tsp.Spec{Name: "mapon", Limits: []tsp.Limit{
		{Key: "key", Scope: tsp.PerAccount, AtOnce: 5},
		{Key: "calls", Scope: tsp.PerConnection, Events: 60, Period: time.Minute, Burst: 3, AtOnce: 2},
		{Key: "agreed", Scope: tsp.PerApp, Events: 1, Period: time.Hour, Burst: 1},
	}}
	rates := agreed{"mapon": {"agreed": config.Rate{Events: 100, Period: time.Second}}}
	want := map[string]dispatch.Limit{
		"key":    {ID: "mapon/acme/key", AtOnce: 5},
		"calls":  {ID: "00000000-0000-0000-0000-000000000007/calls", Interval: time.Second, Burst: 3, AtOnce: 2},
		"agreed": {ID: "mapon/agreed", Interval: 10 * time.Millisecond, Burst: 10},
	}
	if diff := cmp.Diff(want, rates.named(spec, connection.Connection{ID: uuid.UUID{15: 7}, Account: "acme"})); diff != "" {
		t.Errorf("limits differ (-want +got):\n%s", diff)
	}
}
