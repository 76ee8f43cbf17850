package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type whoamiCommand struct {
	at
	shape
}

// identity is who speaks to which Waybill.
type identity struct {
	URL     string   `json:"url"`
	From    string   `json:"from"`
	Client  string   `json:"client_id"`
	Orgs    []org    `json:"organisations"`
	Scopes  []string `json:"scopes"`
	Expires string   `json:"token_expires_at,omitempty"`
}

type org struct {
	Name  string   `json:"name"`
	ID    string   `json:"id"`
	Types []string `json:"types"`
}

// Run asks for a token, tries it, and shows what it says.
func (c whoamiCommand) Run(s *Session) error {
	t, from, err := s.target(c.at)
	if err != nil {
		return err
	}
	client, err := remote.New(t)
	if err != nil {
		return err
	}
	claims, err := client.Who(s.Context)
	if err != nil {
		return err
	}
	who := identity{URL: client.URL(), From: from, Client: claims.Subject, Scopes: strings.Fields(claims.Scope), Orgs: []org{}}
	if who.Client == "" && t.Token == "" {
		who.Client = t.ClientID
	}
	if claims.Expires > 0 {
		who.Expires = time.Unix(claims.Expires, 0).UTC().Format(time.RFC3339)
	}
	for _, name := range slices.Sorted(maps.Keys(claims.Orgs)) {
		who.Orgs = append(who.Orgs, org{name, claims.Orgs[name].ID, claims.Orgs[name].Types})
	}
	text, err := json.Marshal(who)
	if err != nil {
		return fmt.Errorf("telling who this is: %w", err)
	}
	return s.printer(c.shape).One(text, "client_id", who.page)
}

// page tells it to people.
func (w identity) page() string {
	var p page
	p.line("Waybill", "%s (by %s)", w.URL, w.From)
	p.line("Client", "%s", w.Client)
	for _, o := range w.Orgs {
		kind := "Organisation"
		if len(o.Types) == 1 && o.Types[0] != "" {
			kind = strings.ToUpper(o.Types[0][:1]) + o.Types[0][1:]
		}
		p.line(kind, "%s (%s)", o.Name, o.ID)
	}
	p.line("Scopes", "%s", strings.Join(w.Scopes, " "))
	return p.String()
}
