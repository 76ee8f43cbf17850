package console

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// webhooksPath is that of the list of subscriptions.
const webhooksPath = Root + "webhooks"

// hookPath is that of the page of a subscription.
func hookPath(partner, id uuid.UUID) string {
	return webhooksPath + "/" + partner.String() + "/" + id.String()
}

// webhooksView is what the list of subscriptions shows: those of one partner.
type webhooksView struct {
	Partners     []option
	Facets       []facet
	Rows         []hookRow
	Newer, Older string
}

// hookRow is a subscription in a list. Its URL is masked as the API masks it.
type hookRow struct {
	webhook.Read
	Partner uuid.UUID
	// Mark is who paused it; Read tells it as partners read it.
	Mark audit.Mark
	Look Look
	Path string
	Dead int
	// Attempts are those of the last day, and Good those of them that succeeded; nil for none.
	Attempts, Good *int64
	// Messages are the events of the last day of which a delivery was tried; nil for none.
	Messages *int64
	Made     time.Time
}

// mostPartners bounds the partners that can be chosen from.
const mostPartners = 100

// listWebhooks shows the subscriptions of a partner.
func (c *Console) listWebhooks(r *http.Request, _ Visitor) (answer, error) {
	q := url.Values{}
	for _, name := range []string{"partner", "state"} {
		if text := r.URL.Query().Get(name); text != "" {
			q.Set(name, text)
		}
	}
	v := webhooksView{}
	partner, options, err := c.choosePartner(r, q)
	v.Partners = options
	if err != nil {
		return answer{}, err
	}
	var state webhook.Status
	states := []webhook.Status{webhook.Active, webhook.Stale, webhook.Paused}
	if err := enum(q, "state", &state, states); err != nil {
		return answer{}, err
	}
	for i, s := range append([]webhook.Status{""}, states...) {
		next := cloned(q)
		next.Set("state", string(s))
		if s == "" {
			next.Del("state")
		}
		v.Facets = append(v.Facets, facet{[]string{"All", "Active", "Stale", "Paused"}[i], with(webhooksPath, next), "", s == state})
	}
	l := page.List{Path: webhooksPath, Filters: q.Encode()}
	w, err := placeOf(r, l)
	if err != nil {
		return answer{}, err
	}
	found, err := c.Webhooks.List(r.Context(), partner, webhook.ListRequest{Status: state, Window: w})
	if err != nil {
		return answer{}, err
	}
	for _, sub := range found.Items {
		row, err := c.hookRow(r, sub)
		if err != nil {
			return answer{}, err
		}
		v.Rows = append(v.Rows, row)
	}
	v.Newer, v.Older = beside(webhooksPath, q, found.Previous, true), beside(webhooksPath, q, found.Next, false)
	return answer{sheet: sheet{name: "webhooks", Title: "Webhooks", Place: "Webhooks", Content: v}}, nil
}

// choosePartner returns the partner of whom a page tells, and those that can be chosen: the one that is asked for, or the newest.
func (c *Console) choosePartner(r *http.Request, q url.Values) (partner uuid.UUID, options []option, err error) {
	if err := idIn(q, "partner", &partner); err != nil {
		return partner, nil, err
	}
	all, _, err := c.Partners.Partners(r.Context(), access.PartnerQuery{Window: page.Window{Limit: mostPartners}})
	if err != nil {
		return partner, nil, err
	}
	if partner == uuid.Nil && len(all) > 0 {
		partner = all[0].ID
	}
	for _, p := range all {
		options = append(options, option{p.ID.String(), p.Name, p.ID == partner})
	}
	return partner, options, nil
}

// beside is the address of a page beside one of a list; "" if there is none.
func beside(path string, q url.Values, at page.Position, backwards bool) string {
	if at.IsZero() {
		return ""
	}
	next := cloned(q)
	next.Set("page", page.List{Path: path, Filters: q.Encode()}.Write(page.Cursor{Place: at, Backwards: backwards}))
	return with(path, next)
}

// hookRow is how a subscription stands.
func (c *Console) hookRow(r *http.Request, sub webhook.Subscription) (hookRow, error) {
	m, err := c.Webhooks.Metrics(r.Context(), sub.Partner, sub.ID)
	if err != nil {
		return hookRow{}, err
	}
	return hookRow{Read: sub.Read(), Partner: sub.Partner, Mark: sub.Paused, Look: hooks()[sub.Status], Path: hookPath(sub.Partner, sub.ID), Dead: m.DeadLetters,
		Attempts: m.Attempts.H24, Good: m.SuccessAttempts.H24, Messages: m.Messages.H24, Made: sub.CreatedAt}, nil
}

// hooks are the looks of subscriptions.
func hooks() map[webhook.Status]Look {
	return map[webhook.Status]Look{webhook.Active: {"Active", "active", ok}, webhook.Stale: {"Stale", "stale", bad},
		webhook.Paused: {"Paused", "held", idle}, webhook.Deleted: {"Deleted", "cancelled", idle}}
}

// hookIDs are the ids in the path of a subscription.
func hookIDs(r *http.Request) (partner, id uuid.UUID, err error) {
	if id, err = pathID(r); err != nil {
		return partner, id, err
	}
	if partner, err = uuid.Parse(r.PathValue("partner")); err != nil {
		err = problem.New(problem.NotFound, "%q is no id of a partner", cut(r.PathValue("partner"), 80))
	}
	return partner, id, err
}
