package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
)

// clientsPath is that of the page of the clients.
const clientsPath = Root + "clients"

// clientsView is what the page of the clients shows.
type clientsView struct {
	All          int
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

// showClients shows the clients of all partners and fleets.
func (c *Console) showClients(r *http.Request, _ Visitor) (answer, error) {
	all, err := c.Clients.AllClients(r.Context())
	if err != nil {
		return answer{}, err
	}
	from, err := fromOf(r, len(all))
	if err != nil {
		return answer{}, err
	}
	v := clientsView{}
	v.Newer, v.Older = stretchOf(clientsPath, "", from, len(all))
	for _, one := range all[from:min(from+rowsShown, len(all))] {
		v.Rows = append(v.Rows, c.clientRow(one))
	}
	v.All = len(all)
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
