package simtest

import (
	"net/http"
	"net/url"
	"slices"
)

// Desk is the token endpoint of a simulator, as its client asks it.
type Desk struct {
	*Sim
	Path, Client, Secret string
	// Beside goes with every form (name, value, ...).
	Beside []string
}

// Ask sends a form of the client with these members (name, value, ...). They win over the client's own, and an empty
// value takes a member away.
func (d Desk) Ask(members ...string) Reply {
	d.t.Helper()
	return d.Form(d.Path, d.Of(members...))
}

// Of is the form that Ask sends.
func (d Desk) Of(members ...string) url.Values {
	form := url.Values{"client_id": {d.Client}, "client_secret": {d.Secret}}
	for member := range slices.Chunk(slices.Concat(d.Beside, members), 2) {
		form.Set(member[0], member[1])
		if member[1] == "" {
			form.Del(member[0])
		}
	}
	return form
}

// Code offers a code.
func (d Desk) Code(code string) Reply {
	d.t.Helper()
	return d.Ask("grant_type", "authorization_code", "code", code)
}

// Refresh offers a refresh token.
func (d Desk) Refresh(token string) Reply {
	d.t.Helper()
	return d.Ask("grant_type", "refresh_token", "refresh_token", token)
}

// Tokens are those of an answer that must be a success.
func (d Desk) Tokens(got Reply) (access, refresh string) {
	d.t.Helper()
	o := got.JSON(d.t)
	access, _ = o["access_token"].(string)
	refresh, _ = o["refresh_token"].(string)
	cached := got.Header.Get("Cache-Control") != "no-store"
	if got.Status != http.StatusOK || access == "" || o["expires_in"] == nil || cached {
		d.t.Fatalf("no tokens: %d %s", got.Status, got.Text)
	}
	return access, refresh
}

// Exchange gives a code for tokens.
func (d Desk) Exchange(code string) (access, refresh string) {
	d.t.Helper()
	return d.Tokens(d.Code(code))
}
