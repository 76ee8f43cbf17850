package app

import (
	"time"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// agreed holds the limits that an operator set instead of those that adapters declare, by
// TSP and key.
type agreed map[string]map[string]config.Rate

// pacer makes calls outside of the lanes, such as imports, wait for the budget of the lane.
func (a *App) pacer(spec tsp.Spec, c connection.Connection) tsp.Pacer {
	return &dispatch.Pacer{Budget: a.budget, Named: agreed(a.config.Limits).named(spec, c)}
}

// named returns the limits of a connection by their key, each under the budget that its
// scope shares.
func (a agreed) named(spec tsp.Spec, c connection.Connection) map[string]dispatch.Limit {
	out := make(map[string]dispatch.Limit, len(spec.Limits))
	for _, l := range spec.Limits {
		whose := string(spec.Name)
		switch l.Scope {
		case tsp.PerConnection:
			whose = c.ID.String()
		case tsp.PerAccount:
			whose += "/" + c.Account
		}
		if r, ok := a[string(spec.Name)][l.Key]; ok {
			// A burst of a tenth of a second keeps the agreed rate smooth.
			l.Events, l.Period = r.Events, r.Period
			l.Burst = max(l.Burst, int(float64(r.Events)/r.Period.Seconds()/10))
		}
		out[l.Key] = dispatch.Limit{ID: whose + "/" + l.Key, Interval: l.Period / time.Duration(max(l.Events, 1)), Burst: l.Burst, AtOnce: l.AtOnce}
	}
	return out
}
