package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// homeView is what the first page shows.
type homeView struct {
	Look    Look
	Needs   []need
	Figures []figure
	Chart   chart
	// Spans are the stretches of time that the chart can show.
	Spans    []facet
	TSPs     []tspRow
	Lanes    []laneSum
	Replicas []replicaRow
	// Receivers tell of subscriptions and their deliveries.
	Receivers []figure
	// Fresh tells that nothing has been written yet, and Counted when it was counted last what has not ended.
	Fresh   bool
	Counted time.Time
	// writes says how many need somebody; "" for none.
	writes string
}

// figure is a number with what it counts. Since is added to what stands under it.
type figure struct {
	Name, Value, Under, Path string
	Since                    time.Time
}

// lookedBack is the time of which the first page tells.
const lookedBack = 24 * time.Hour

// showHome answers whether it is well.
func (c *Console) showHome(r *http.Request, who Visitor) (answer, error) {
	of, err := stretchAsked(r)
	if err != nil {
		return answer{}, err
	}
	v, ctx := homeView{Look: Look{"", "succeeded", ok}}, r.Context()
	o, err := c.overview(ctx)
	if err != nil {
		return answer{}, err
	}
	newest, err := c.Operations.Survey(ctx, operation.Survey{Window: page.Window{Limit: 1}})
	if err != nil {
		return answer{}, err
	}
	v.Fresh = len(newest.Items) == 0
	if err := c.fillNeeds(r, who, o, &v); err != nil {
		return answer{}, err
	}
	rates, err := c.Rates.Rates(ctx, c.Now().Add(-of.back), of.every)
	if err != nil {
		return answer{}, err
	}
	v.Chart = chartOf(of, rates, c.Now())
	for _, one := range stretches() {
		v.Spans = append(v.Spans, facet{Word: one.word, Path: with(Root, url.Values{"range": {one.value}}), Chosen: one.value == of.value})
	}
	waiting, counted := c.Installation.Waiting()
	v.Counted = counted
	v.TSPs = c.tspRows(o, rates, waiting)
	if err := c.fillFigures(ctx, of, o, rates, &v); err != nil {
		return answer{}, err
	}
	if err := c.fillReplicas(ctx, &v); err != nil {
		return answer{}, err
	}
	return answer{sheet: sheet{name: "home", Title: c.headline(o, &v), Place: "Home", Content: v}}, nil
}

// stretchAsked is the stretch of time that the first page is to show.
func stretchAsked(r *http.Request) (stretch, error) {
	all, text := stretches(), r.URL.Query().Get("range")
	for _, one := range all {
		if text == one.value {
			return one, nil
		}
	}
	if text != "" {
		return stretch{}, wrongInput("range", text, "must be 1h or 24h")
	}
	return all[0], nil
}

// fillFigures fills in the numbers at the top, and those of receivers.
func (c *Console) fillFigures(ctx context.Context, of stretch, o overview, rates []operation.Rate, v *homeView) error {
	waiting, _ := c.Installation.Waiting()
	live, err := c.notEnded(ctx, waiting)
	if err != nil {
		return err
	}
	var all operation.Rate
	for _, r := range rates {
		all.Add(r)
	}
	of24 := func(state string) string { return with(operationsPath, url.Values{"state": {state}, "since": {"24h"}}) }
	share := "nothing has ended"
	if n := all.Succeeded + all.Failed + all.Unknown; n > 0 {
		share = fmt.Sprintf("%.1f %% of %s that ended", 100*float64(all.Succeeded)/float64(n), count(n))
	}
	waits := figure{"Not ended", counted(live), "nothing waits", with(operationsPath, url.Values{"state": {"not_ended"}}), time.Time{}}
	if live.N > 0 {
		waits.Under = "whenever they were asked"
	}
	if live.N > 0 && len(waiting) > 0 {
		waits.Under, waits.Since = "the oldest was asked", waiting[0].Since
	}
	v.Figures = []figure{
		{"Accepted, last " + of.last, count(all.Accepted), perMinute(all.Accepted, int(of.back/time.Minute)), with(operationsPath, url.Values{"since": {of.value}}), time.Time{}},
		{"Succeeded, last " + of.last, count(all.Succeeded), share, with(operationsPath, url.Values{"state": {"succeeded"}, "since": {of.value}}), time.Time{}},
		waits,
		{"Failed or unknown", counted(o.unsuccessful()), some(counted(o.failed[operation.StageUnknown]), "outcome is", "outcomes are") + " unknown, of the last 24 hours", of24("failed"), time.Time{}},
	}
	v.Receivers = []figure{{Name: "Webhooks that are stale", Value: counted(o.stale), Path: webhooksPath},
		{Name: "Dead letters", Value: counted(o.dead), Path: webhooksPath}}
	return nil
}

// manyWait is how many operations have not ended where they are not counted for a page, but as of the last count.
const manyWait = 1000

// notEnded is how many operations have not ended.
func (c *Console) notEnded(ctx context.Context, waiting []Waiting) (operation.Count, error) {
	n := 0
	for _, w := range waiting {
		n += w.N
	}
	if n > manyWait {
		return operation.Count{N: n}, nil
	}
	t, err := c.Operations.Tally(ctx, operation.Survey{Stage: operation.StageLive})
	return t.Of[operation.StageLive], err
}

// tspRows tell how the TSPs fare that have connections.
func (c *Console) tspRows(o overview, rates []operation.Rate, waiting []Waiting) (rows []tspRow) {
	by, of := linkedBy(o.links), map[tsp.Name]operation.Rate{}
	for _, r := range rates {
		sum := of[r.TSP]
		sum.Add(r)
		of[r.TSP] = sum
	}
	for _, name := range c.TSPs.Names() {
		n, has := by[name]
		if !has {
			continue
		}
		row := tspRow{Name: displayName(c.TSPs, name), All: some(count(n.all), "connection", "connections"), Look: Look{"Takes writes", "active", ok},
			Path: with(operationsPath, url.Values{"tsp": {string(name)}}), Rates: chartRow{Rate: of[name]}}
		switch {
		case n.broken > 0 && n.active == 0:
			row.Look = Look{"Takes none", "stale", bad}
		case n.broken > 0:
			row.Look, row.Broken = Look{"Takes writes", "suspect", wait}, count(n.broken)+" broken"
		case n.active == 0:
			row.Look = Look{"Paused", "held", idle}
		}
		if r := of[name]; r.Succeeded+r.Failed+r.Unknown > 0 {
			row.Succeeded = fmt.Sprintf("%.1f %%", 100*float64(r.Succeeded)/float64(r.Succeeded+r.Failed+r.Unknown))
		}
		for _, w := range waiting {
			if w.TSP == name {
				row.Waiting = &w
			}
		}
		rows = append(rows, row)
	}
	return rows
}
