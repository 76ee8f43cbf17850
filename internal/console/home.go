package console

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// homeView is what the first page shows.
type homeView struct {
	Look    Look
	Needs   []need
	Figures []figure
	// Fresh tells that nothing has been written yet.
	Fresh bool
}

// need is something that a person has to look at.
type need struct {
	Look        Look
	Title, Text string
	At          time.Time
	Path, Word  string
}

// figure is a number with what it counts.
type figure struct {
	Name, Value, Under, Path string
}

// lookedBack is the time of which the first page tells.
const lookedBack = 24 * time.Hour

// mostNeeds bounds what the first page lists of one kind.
const mostNeeds = 5

// showHome answers whether it is well.
func (c *Console) showHome(r *http.Request, who Visitor) (answer, error) {
	since := operation.Survey{From: c.Now().Add(-lookedBack)}
	tally, err := c.Operations.Tally(r.Context(), since)
	if err != nil {
		return answer{}, err
	}
	live, err := c.Operations.Tally(r.Context(), operation.Survey{Stage: operation.StageLive})
	if err != nil {
		return answer{}, err
	}
	newest, err := c.Operations.Survey(r.Context(), operation.Survey{Window: page.Window{Limit: 1}})
	if err != nil {
		return answer{}, err
	}
	v := homeView{Fresh: len(newest.Items) == 0}
	if v.Needs, err = c.brokenLinks(r, who); err != nil {
		return answer{}, err
	}
	n, more, broken := c.namer(r.Context(), who), false, len(v.Needs)
	for _, stage := range []operation.Stage{operation.StageUnknown, operation.StageFailed} {
		found, err := c.Operations.Survey(r.Context(), operation.Survey{Stage: stage, From: since.From, Window: page.Window{Limit: rowsShown}})
		if err != nil {
			return answer{}, err
		}
		for _, op := range found.Items {
			// What was retried is in the hands of whoever did.
			if op.RetriedBy == uuid.Nil && len(v.Needs) < broken+2*mostNeeds {
				v.Needs = append(v.Needs, n.need(op))
			}
		}
		more = more || !found.Next.IsZero()
	}
	in := func(state string, span string) string {
		q := url.Values{"state": {state}}
		if span != "" {
			q.Set("since", span)
		}
		return with(operationsPath, q)
	}
	done, ended := tally.Of[operation.StageSucceeded], 0
	for _, s := range operation.Counted() {
		if s != operation.StageLive && s != operation.StageLooking && s != operation.StageCancelled {
			ended += tally.Of[s].N
		}
	}
	share := "nothing has ended"
	if ended > 0 && !tally.All.AtLeast {
		share = fmt.Sprintf("%.1f %% of what ended", 100*float64(done.N)/float64(ended))
	}
	v.Figures = []figure{
		{"Asked, last 24 hours", counted(tally.All), "writes of all partners", with(operationsPath, url.Values{"since": {"24h"}})},
		{"Succeeded", counted(done), share, in("succeeded", "24h")},
		{"Not ended", counted(live.Of[operation.StageLive]), "whenever they were asked", in("not_ended", "")},
		{"Failed or unknown", counted(operation.Count{N: tally.Of[operation.StageFailed].N + tally.Of[operation.StageUnknown].N + tally.Of[operation.StageExpired].N,
			AtLeast: tally.Of[operation.StageFailed].AtLeast}), "in the last 24 hours", in("failed", "24h")},
	}
	title := "Nothing needs you"
	v.Look = Look{"", "succeeded", ok}
	if len(v.Needs) == broken && more {
		title = "Many writes of the last 24 hours failed; the newest of them were retried"
	}
	if writes := len(v.Needs) - broken; writes > 0 {
		title, v.Look = needing(writes, more), Look{"", "failed", bad}
	}
	if broken > 0 {
		title, v.Look = v.Needs[0].Title, Look{"", "stale", bad}
	}
	if v.Fresh {
		title = "Nothing has been written yet"
	}
	return answer{sheet: sheet{name: "home", Title: title, Place: "Home", Content: v}}, nil
}

// brokenLinks are connections that somebody has to look at.
func (c *Console) brokenLinks(r *http.Request, who Visitor) (all []need, err error) {
	links, err := c.Connections.SurveyConnections(r.Context(), connection.Survey{Statuses: linkStates()["broken"], Window: page.Window{Limit: mostNeeds}})
	if err != nil {
		return nil, err
	}
	fleets := make([]uuid.UUID, len(links))
	for i, of := range links {
		fleets[i] = of.Fleet
	}
	name, err := c.fleets(r, fleets)
	for _, of := range links {
		v := c.healthOf(of, who)
		all = append(all, need{Look: v.Look, Title: displayName(c.TSPs, of.TSP) + " refuses the credentials of " + name(of.Fleet),
			Text: v.Text, At: of.UpdatedAt, Path: connectionPath(of.ID), Word: "Open"})
	}
	return all, err
}

// needing says how many writes need somebody; more tells that not all were looked at.
func needing(n int, more bool) string {
	if more || n >= 2*mostNeeds {
		return "Many writes of the last 24 hours need you"
	}
	if n == 1 {
		return "1 write of the last 24 hours needs you"
	}
	return count(n) + " writes of the last 24 hours need you"
}

// need is an operation that somebody has to look at.
func (n *namer) need(op operation.Operation) need {
	does, what := n.title(op)
	// Of the verdict the title alone is told, which is the same.
	v := n.verdict(op, false)
	return need{Look: v.Look, Title: does + " " + what, Text: v.Title + ". " + n.why(op).Text, At: op.UpdatedAt,
		Path: operationPath(op.ID), Word: "Open"}
}
