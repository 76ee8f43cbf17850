package rest

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// OAuth signs with the access token of OAuth 2.0 (RFC 6749). A single-use code is exchanged by
// the adapter's Exchange; tokens are refreshed shortly before they end and after an answer of
// 401, once for however many calls find out, and the call is repeated once.
type OAuth struct {
	// TokenURL is the token endpoint: a path below the base URL, or a whole URL. Where the
	// operator has set another base URL, a whole one's path is asked there.
	TokenURL string
	// TokenURLField names the credential field that may hold the connection's own. Where the operator has set a
	// base URL, one that names another place than the TSP's is refused.
	TokenURLField string
	// ElseTokenURL is a whole URL that is asked where TokenURL answers 404, for TSPs whose pages and customers
	// name different hosts. It counts only where neither the operator nor the connection names a place.
	ElseTokenURL string
	// CodeField names the credential field with the code; "" means auth_code.
	CodeField string
	// InForm tells that client_id and client_secret go into the form instead of the header.
	InForm bool
	// ClientCredentials tells that the client alone, without code or refresh token, gets tokens.
	ClientCredentials bool
	// Form returns further members of the form for a grant_type, or others in their place, such as
	// those of the password grant; it may be nil.
	Form func(grant string, c tsp.Credentials) url.Values
}

// The grants.
const (
	codeGrant    = "authorization_code"
	refreshGrant = "refresh_token"
	clientGrant  = "client_credentials"
)

// Sign sends the access token.
func (o OAuth) Sign(r *http.Request, c tsp.Credentials) error {
	return Bearer(tsp.AccessToken).Sign(r, c)
}

// Hidden lists the tokens and the client's secret.
func (o OAuth) Hidden(c tsp.Credentials) []string {
	out := []string{c.Get(tsp.AccessToken), c.Get(tsp.RefreshToken)}
	if secret := c.Get("client_secret"); secret != "" {
		out = append(out, secret, basic(url.QueryEscape(c.Get("client_id")), url.QueryEscape(secret)))
	}
	return out
}

func (o OAuth) codeField() string { return cmp.Or(o.CodeField, "auth_code") }

// spendable tells whether the credentials are a code that was not exchanged yet.
func (o OAuth) spendable(c tsp.Credentials) bool {
	return c.Get(o.codeField()) != "" && c.Get(tsp.AccessToken) == "" && c.Get(tsp.RefreshToken) == ""
}

// renewal is the grant by which the credentials get new tokens; "" if they cannot.
func (o OAuth) renewal(c tsp.Credentials) string {
	switch {
	case c.Get(tsp.RefreshToken) != "":
		return refreshGrant
	case o.ClientCredentials:
		return clientGrant
	}
	return ""
}

// tokens is the successful answer of the token endpoint.
type tokens struct {
	AccessToken  string         `json:"access_token"`
	RefreshToken string         `json:"refresh_token"`
	ExpiresIn    jsontext.Value `json:"expires_in"` // seconds, as a number or a text
}

func (t tokens) lifetime() time.Duration {
	n, err := strconv.ParseFloat(strings.Trim(string(t.ExpiresIn), `"`), 64)
	if err != nil || n <= 0 || n > 1e9 {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}

// desk is where a session gets tokens, and the one that is asked where that is none.
type desk struct {
	auth OAuth
	path string
	line *line
	next *desk
}

// usable refuses credentials without a token. A code must have been exchanged.
func (d desk) usable(c tsp.Credentials) error {
	switch {
	case d.auth.spendable(c):
		return refusedCredentials("the %s was not exchanged for an access token", d.auth.codeField())
	case c.Get(tsp.AccessToken) == "":
		return refusedCredentials("the credentials hold neither a %s nor a %s", d.auth.codeField(), tsp.RefreshToken)
	}
	return nil
}

func (d desk) renewable(c tsp.Credentials) bool { return d.auth.renewal(c) != "" }

func (d desk) renew(ctx context.Context, pace tsp.Pacer, c tsp.Credentials) (tsp.Credentials, error) {
	return d.grant(ctx, pace, d.auth.renewal(c), c)
}

// spentUnseen is told where a refresh token is not known any more, because nothing else tells its
// owner how that can be.
const spentUnseen = "; if Waybill was killed while it renewed the tokens, or the answer to that was lost on its way, " +
	"the new ones are lost with it and the fleet must sign in anew"

// invalidGrant is what a token endpoint says of a code or refresh token that it does not know.
const invalidGrant = "invalid_grant"

// grant asks for tokens and returns the credentials with them. That a code or refresh token is
// refused is class Unauthorized; every other end is Throttled or Unavailable, because no write
// was sent.
func (d desk) grant(ctx context.Context, pace tsp.Pacer, grant string, c tsp.Credentials) (tsp.Credentials, error) {
	form := url.Values{"grant_type": {grant}}
	switch grant {
	case codeGrant:
		form.Set("code", c.Get(d.auth.codeField()))
	case refreshGrant:
		form.Set("refresh_token", c.Get(tsp.RefreshToken))
	}
	call := Call{Method: http.MethodPost, Path: d.path, Body: form, Foreseen: tokens{AccessToken: tsp.Later("token")}}
	id, secret := c.Get("client_id"), c.Get("client_secret")
	if d.auth.InForm {
		form.Set("client_id", id)
		form.Set("client_secret", secret)
	} else {
		call.Header = http.Header{"Authorization": {"Basic " + basic(url.QueryEscape(id), url.QueryEscape(secret))}}
	}
	if d.auth.Form != nil {
		maps.Copy(form, d.auth.Form(grant, c))
	}
	d.line.secrets.add(d.auth.Hidden(c)...)
	a, err := d.line.with(pace)(ctx, call)
	var e *tsp.Error
	if d.next != nil && errors.As(err, &e) && e.Status == http.StatusNotFound {
		return d.next.grant(ctx, pace, grant, c)
	}
	if err != nil {
		return c, d.refused(grant, tokenless(err))
	}
	var got tokens
	if json.Unmarshal(a.Body, &got) != nil || got.AccessToken == "" {
		return c, &tsp.Error{Class: tsp.Unavailable, Message: "the answer of the TSP's token endpoint holds no access token", Status: a.Status}
	}
	d.line.secrets.add(got.AccessToken, got.RefreshToken)
	return d.with(c, got), nil
}

// refused completes the end of a grant that was refused for good.
func (d desk) refused(grant string, err error) error {
	var e *tsp.Error
	if grant != refreshGrant || !errors.As(err, &e) || e.Class != tsp.Unauthorized || !strings.Contains(e.Message, invalidGrant) {
		return err
	}
	out := *e
	out.Message += spentUnseen
	return &out
}

// with returns the credentials with new tokens. The code is spent; a refresh token that was
// not replaced stays good.
func (d desk) with(c tsp.Credentials, got tokens) tsp.Credentials {
	fresh := tsp.Credentials{Kind: c.Kind, Secrets: c.Secrets, Fields: maps.Clone(c.Fields)}
	delete(fresh.Fields, d.auth.codeField())
	delete(fresh.Fields, tsp.ExpiresAt)
	fresh.Fields[tsp.AccessToken] = got.AccessToken
	if got.RefreshToken != "" {
		fresh.Fields[tsp.RefreshToken] = got.RefreshToken
	}
	if life := got.lifetime(); life > 0 {
		fresh.Fields[tsp.ExpiresAt] = d.line.now().Add(life).UTC().Format(time.RFC3339)
	}
	return fresh
}

// tokenless is the end of a write whose tokens could not be got.
func tokenless(err error) error {
	var e *tsp.Error
	ok := errors.As(err, &e)
	if ok && (e.Class == tsp.Unauthorized || e.Class == tsp.Throttled || e.Class == tsp.Unavailable) {
		return err
	}
	out := &tsp.Error{Class: tsp.Unavailable, Message: "signing in brought no answer that can be used", Err: err}
	if ok {
		out.Message, out.Status, out.Headers, out.Err = "signing in: "+e.Message, e.Status, e.Headers, e.Err
	}
	return out
}

// refusal is the error answer of a token endpoint (RFC 6749 section 5.2).
type refusal struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func readRefusal(a Answer) refusal {
	var r refusal
	_ = json.Unmarshal(a.Body, &r) // What is no such answer reads as an empty one.
	return r
}

// verdict tells whether the answer says of the credentials that they are no good. Whatever else a
// token endpoint answers, such as temporarily_unavailable or a firewall's page, says nothing of
// them, by whatever status.
func (r refusal) verdict(a Answer) bool {
	return a.Status < 500 && slices.Contains([]string{invalidGrant, "invalid_client", "unauthorized_client"}, r.Error)
}

// deskAnswers reads the answers of a token endpoint, in the TSP's own words if not in OAuth's.
func deskAnswers(own Answers) Answers {
	return Answers{
		Class: func(a Answer) tsp.Class {
			r := readRefusal(a)
			switch {
			case r.verdict(a):
				return tsp.Unauthorized
			case r.Error != "" && a.Status != http.StatusTooManyRequests, tsp.ClassOf(a.Status) == tsp.Unauthorized:
				return tsp.Unavailable
			}
			return ""
		},
		Message: func(a Answer) string {
			r := readRefusal(a)
			said := strings.TrimSpace(r.Error + " " + r.Description)
			switch {
			case r.verdict(a):
				return "the TSP refuses to give an access token: " + said
			case said == "" && own.Message != nil:
				said = own.Message(a)
			}
			return saidOf("token endpoint", a, said)
		},
	}
}

// saidOf tells what was answered where the credentials were not judged.
func saidOf(where string, a Answer, said string) string {
	status := answered("the TSP's "+where, a)
	if said != "" && !isPage(a) {
		return status + ": " + said
	}
	return status
}
