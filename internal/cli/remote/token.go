package remote

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
)

// Token is an access token and what it says of whom it was given to.
type Token struct {
	text string
	// ends is when it is renewed.
	ends time.Time

	Claims
}

// Claims are what a token of Waybill's own says. They are shown and never trusted: the service checks the token itself.
type Claims struct {
	Subject string                  `json:"sub"`
	Scope   string                  `json:"scope"`
	Expires int64                   `json:"exp"`
	Orgs    map[string]Organisation `json:"org"`
}

// Organisation is a partner or a fleet that a token acts for.
type Organisation struct {
	ID    string   `json:"id"`
	Types []string `json:"org_type"`
}

// tried is where a token is tried.
const tried = "/v2/integrations/connections"

// renewal is how long before its end a token is replaced.
const renewal = 30 * time.Second

// Who returns what the client's token says, fetching one if need be, once the API has taken it: what a token says of itself
// proves nothing.
func (c *Client) Who(ctx context.Context) (Claims, error) {
	a, err := c.Send(ctx, Request{Method: http.MethodGet, Path: tried, Query: url.Values{"size": {"1"}}})
	if err != nil {
		return Claims{}, err
	}
	// A client without the scope of that list is told so once its token was taken.
	if a.Status >= 300 && a.Status != http.StatusForbidden {
		return Claims{}, ProblemOf(a)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token.Claims, nil
}

// bearer returns a token that is good for a while.
func (c *Client) bearer(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if given := c.target.Token; given != "" {
		c.token = Token{text: given, Claims: claimsOf(given)}
		return given, nil
	}
	if c.token.text != "" && time.Until(c.token.ends) > 0 {
		return c.token.text, nil
	}
	made, err := c.fetch(ctx)
	if err != nil {
		return "", err
	}
	c.token = made
	return made.text, nil
}

// forget drops a token that was refused.
func (c *Client) forget(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token.text == token {
		c.token = Token{}
	}
}

// fetch asks for a token (RFC 6749 section 4.4). It repeats what was refused for coming too often.
func (c *Client) fetch(ctx context.Context) (Token, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.target.ClientID},
		"client_secret": {c.target.ClientSecret}}
	r := Request{Method: http.MethodPost, Path: "/realms/waybill/protocol/openid-connect/token", Body: []byte(form.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	for tries := 1; ; tries++ {
		a, err := c.once(ctx, r, "")
		if pause, again := repeats(r, a, err, tries); again {
			if err := sleep(ctx, pause); err != nil {
				return Token{}, err
			}
			continue
		}
		if err != nil {
			if away, ok := errors.AsType[*Unreachable](err); ok {
				away.Token = true
			}
			return Token{}, err
		}
		return c.read(a)
	}
}

// read reads a token endpoint's answer.
func (c *Client) read(a Answer) (Token, error) {
	var given struct {
		Text    string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
		Scope   string `json:"scope"`
	}
	if a.Status != http.StatusOK {
		return Token{}, refusedToken(c.target, a)
	}
	if err := json.Unmarshal(a.Body, &given); err != nil || given.Text == "" {
		return Token{}, notWaybill(c.target.URL, a)
	}
	lasts := time.Duration(given.Seconds) * time.Second
	t := Token{text: given.Text, ends: time.Now().Add(lasts - renewal), Claims: claimsOf(given.Text)}
	if t.Scope == "" {
		t.Scope = given.Scope
	}
	return t, nil
}

// claimsOf reads what a JWT says; nothing of a token that is none.
func claimsOf(token string) (out Claims) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return out
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(text, &out) != nil {
		return Claims{}
	}
	return out
}
