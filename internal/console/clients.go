package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
)

// clientsPath is that of the page of the clients.
const clientsPath = Root + "clients"

// clientsView is what the page of the clients shows.
type clientsView struct {
	All          string
	Rows         []clientRow
	Newer, Older string
}

// clientRow is a client with what it may do.
type clientRow struct {
	access.Client
	Look    Look
	Whose   string
	Allowed string
	// Ends is when its last secret ends; zero for never.
	Ends time.Time
}

// mostCounted bounds what is counted of clients, dead letters and stale subscriptions.
const mostCounted = 10_000

// showClients shows the clients of all partners and fleets.
func (c *Console) showClients(r *http.Request, _ Visitor) (answer, error) {
	w, err := placeOf(r, page.List{Path: clientsPath})
	if err != nil {
		return answer{}, err
	}
	found, err := c.Clients.ClientPage(r.Context(), w.Wider())
	if err != nil {
		return answer{}, err
	}
	n, err := c.Clients.CountClients(r.Context(), mostCounted+1)
	if err != nil {
		return answer{}, err
	}
	p := page.Cut(found, w, func(of access.Client) page.Position { return page.Position{Text: of.ID} })
	v := clientsView{All: counted(upTo(n)),
		Newer: beside(clientsPath, url.Values{}, p.Previous, true), Older: beside(clientsPath, url.Values{}, p.Next, false)}
	for _, one := range p.Items {
		v.Rows = append(v.Rows, c.clientRow(one))
	}
	return answer{sheet: sheet{name: "clients", Title: "Clients", Place: "Clients", Content: v}}, nil
}

// clientRow is how a client stands.
func (c *Console) clientRow(of access.Client) clientRow {
	row := clientRow{Client: of, Look: Look{"Active", "active", ok}, Whose: capital(strings.TrimPrefix(of.Owner(), "the ")), Allowed: strings.Join(of.Scopes, ", ")}
	live := 0
	for _, s := range of.Secrets {
		if s.Expired(c.Now()) {
			continue
		}
		if live++; s.ExpiresAt.IsZero() || live == 1 || !row.Ends.IsZero() && s.ExpiresAt.After(row.Ends) {
			row.Ends = s.ExpiresAt
		}
	}
	switch {
	case of.Disabled:
		row.Look = Look{"Disabled", "held", idle}
	case live == 0:
		row.Look = Look{"No secret", "stale", bad}
	}
	return row
}
