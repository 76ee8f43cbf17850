package console

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
)

// grantsPath is that of the page of the grants.
const grantsPath = Root + "grants"

// grantsView is what the page of the grants shows: those of one partner.
type grantsView struct {
	Partners     []option
	Rows         []grantRow
	All          int
	Newer, Older string
}

// grantRow is what a fleet allowed a partner.
type grantRow struct {
	access.Grant
	Look        Look
	Name        string
	Writes      string
	Reads       string
	Begins, End time.Time
}

// showGrants shows what fleets allowed a partner.
func (c *Console) showGrants(r *http.Request, _ Visitor) (answer, error) {
	q := url.Values{}
	if text := r.URL.Query().Get("partner"); text != "" {
		q.Set("partner", text)
	}
	v := grantsView{}
	partner, options, err := c.choosePartner(r, q)
	if err != nil {
		return answer{}, err
	}
	w, err := placeOf(r, page.List{Path: grantsPath, Filters: q.Encode()})
	if err != nil {
		return answer{}, err
	}
	var found []access.Grant
	if v.Partners = options; partner != uuid.Nil {
		if found, v.All, err = c.Grants.Agreements(r.Context(), access.AgreementQuery{Partner: partner, Window: w.Wider()}); err != nil {
			return answer{}, err
		}
	}
	p := page.Cut(found, w, access.Grant.Position)
	ids := make([]uuid.UUID, len(p.Items))
	for i, g := range p.Items {
		ids[i] = g.Fleet
	}
	name, err := c.fleets(r, ids)
	if err != nil {
		return answer{}, err
	}
	for _, g := range p.Items {
		row := grantRow{Grant: g, Name: name(g.Fleet), Look: grantLook(g.Status), Begins: g.Effective, End: g.Expiration, Writes: kindsOf(g, access.ReadWrite), Reads: kindsOf(g, access.Read)}
		v.Rows = append(v.Rows, row)
	}
	v.Newer, v.Older = beside(grantsPath, q, p.Previous, true), beside(grantsPath, q, p.Next, false)
	return answer{sheet: sheet{name: "grants", Title: "Grants", Place: "Clients", Content: v}}, nil
}

// kindsOf are the kinds that a grant holds at a level.
func kindsOf(g access.Grant, level string) string {
	var names []string
	for _, k := range slices.Sorted(maps.Keys(g.Levels)) {
		if g.Levels[k] == level {
			names = append(names, words[resource.Kind](k))
		}
	}
	return strings.Join(names, ", ")
}

// grantLook is the look of a grant by its status.
func grantLook(status string) Look {
	switch status {
	case access.GrantActive:
		return Look{"Active", "active", ok}
	case access.GrantPaused:
		return Look{"Paused", "held", idle}
	}
	return Look{capital(status), "cancelled", idle}
}
