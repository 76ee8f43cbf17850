package console

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// need is something that a person has to look at.
type need struct {
	Look        Look
	Title, Text string
	At          time.Time
	Path, Word  string
}

// mostNeeds bounds what the first page lists of one kind.
const mostNeeds = 5

// fillNeeds lists what somebody has to look at, worst first.
func (c *Console) fillNeeds(r *http.Request, who Visitor, o overview, v *homeView) (err error) {
	if v.Needs, err = c.brokenLinks(r, who); err != nil {
		return err
	}
	if o.stale.N > 0 {
		stale, err := c.Troubles.StaleSubscriptions(r.Context(), mostNeeds)
		if err != nil {
			return err
		}
		for _, sub := range stale {
			v.Needs = append(v.Needs, need{Look: hooks()[sub.Status], Title: "The receiver of " + sub.EventName + " takes no deliveries",
				Text: sub.Read().URL + " has failed for long. It is tried again by itself; what it misses meanwhile becomes dead letters.",
				At:   sub.UpdatedAt, Path: hookPath(sub.Partner, sub.ID), Word: "Open"})
		}
	}
	n := c.namer(r.Context(), who)
	for _, op := range o.needing[:min(len(o.needing), 2*mostNeeds)] {
		v.Needs = append(v.Needs, n.need(op))
	}
	switch writes := o.writes(); {
	case writes.N > 0:
		v.writes = some(counted(writes), "write of the last 24 hours needs", "writes of the last 24 hours need") + " you"
	case writes.AtLeast:
		v.writes = "many writes of the last 24 hours failed, of which the newest were retried"
	}
	return nil
}

// readNeeding finds the newest writes of the last day that somebody has to look at: what was retried is in the hands of
// whoever did.
func (c *Console) readNeeding(ctx context.Context, o *overview) error {
	for _, stage := range []operation.Stage{operation.StageUnknown, operation.StageFailed} {
		if o.failed[stage].N == 0 {
			continue
		}
		found, err := c.Operations.Survey(ctx, operation.Survey{Stage: stage, From: c.Now().Add(-lookedBack), Window: page.Window{Limit: rowsShown}})
		if err != nil {
			return err
		}
		for _, op := range found.Items {
			if op.RetriedBy == uuid.Nil {
				o.needing = append(o.needing, op)
			}
		}
		o.older = o.older || !found.Next.IsZero()
	}
	return nil
}

// brokenLinks are connections that somebody has to look at.
func (c *Console) brokenLinks(r *http.Request, who Visitor) (all []need, err error) {
	links, err := c.Connections.SurveyConnections(r.Context(), connection.Survey{Statuses: linkStates()["broken"], Window: page.Window{Limit: mostNeeds}})
	if err != nil || len(links) == 0 {
		return nil, err
	}
	fleets := make([]uuid.UUID, len(links))
	for i, of := range links {
		fleets[i] = of.Fleet
	}
	name, err := c.fleets(r, fleets)
	for _, of := range links {
		v, title := c.healthOf(of, who), displayName(c.TSPs, of.TSP)+" refuses the credentials of "+name(of.Fleet)
		if of.Status != connection.Stale {
			title = "The connection of " + name(of.Fleet) + " to " + displayName(c.TSPs, of.TSP) + " has failed"
		}
		all = append(all, need{Look: v.Look, Title: title, Text: v.Text, At: of.UpdatedAt, Path: connectionPath(of.ID), Word: "Open"})
	}
	return all, err
}

// need is an operation that somebody has to look at.
func (n *namer) need(op operation.Operation) need {
	does, what := n.title(op)
	// Of the verdict the title alone is told, which is the same.
	v := n.verdict(op, false)
	return need{Look: v.Look, Title: does + " " + what, Text: v.Title + ". " + n.why(op).Text, At: op.UpdatedAt,
		Path: operationPath(op.ID), Word: "Open"}
}
