package api_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
)

const (
	realm      = "/realms/waybill/protocol/openid-connect/"
	formType   = "application/x-www-form-urlencoded"
	tokenLine  = "POST " + realm + "token"
	revokeLine = "POST " + realm + "revoke"
)

// form is what the token endpoints take; changes replace members, "" takes one out.
func form(changes map[string]string) string {
	values := url.Values{"grant_type": {"client_credentials"}, "client_id": {"me"}, "client_secret": {"s&="},
		"token": {"raw"}, "scope": {"telematics:read webhook:read"}}
	for name, value := range changes {
		if values.Set(name, value); value == "" {
			values.Del(name)
		}
	}
	return values.Encode()
}

func TestTokensAreIssuedAndRevokedForWhatTheFormSays(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"waybill", "catena"} {
		c := serve(t, nil)
		a := c.do(strings.Replace(tokenLine, "waybill", name, 1), form(nil), "Content-Type", formType,
			"Authorization", "")
		want := `{"access_token":"t","expires_in":3600,"token_type":"Bearer","scope":"telematics:read webhook:read"}`
		if a.Code != 200 || a.Body.String() != want || a.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s, cached: %q", name, a.Code, a.Body, a.Header().Get("Cache-Control"))
		}
		if diff := cmp.Diff([]string{"me", "s&=", "telematics:read webhook:read"}, c.given); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		a = c.do(strings.Replace(revokeLine, "waybill", name, 1), form(nil), "Content-Type", formType,
			"Authorization", "")
		if diff := cmp.Diff([]string{"me", "s&=", "raw"}, c.given); diff != "" || a.Code != 200 || a.Body.Len() != 0 {
			t.Errorf("%s: %d %s (-want +got):\n%s", name, a.Code, a.Body, diff)
		}
	}
}

func TestAFormThatCannotBeReadIsRefusedAsOAuthSays(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		line, body, kind string
		error, text      string
	}{
		"no form":      {tokenLine, "{}", "application/json", "invalid_request", "Content-Type: " + formType},
		"a broken one": {tokenLine, "client_id=%zz", formType, "invalid_request", "the form is malformed"},
		"no client": {tokenLine, form(map[string]string{"client_id": ""}), formType, "invalid_request",
			"client_id must be given"},
		"two secrets": {tokenLine, form(nil) + "&client_secret=b", formType, "invalid_request",
			"client_secret must be given once"},
		"no grant type": {tokenLine, form(map[string]string{"grant_type": ""}), formType, "invalid_request",
			"grant_type must"},
		"another": {tokenLine, form(map[string]string{"grant_type": "password"}), formType,
			"unsupported_grant_type", "client_credentials"},
		"a form too large": {tokenLine, strings.Repeat("a", 1<<20+1), formType, "invalid_request",
			"larger than 1 MiB"},
		"no token to end": {revokeLine, form(map[string]string{"token": ""}), formType, "invalid_request",
			"token must be given"},
		"no secret to end": {revokeLine, form(map[string]string{"client_secret": ""}), formType, "invalid_request",
			"client_secret"},
	} {
		s := serve(t, nil)
		a := s.do(c.line, c.body, "Content-Type", c.kind)
		code, why := oauth(t, a.Body.Bytes())
		if a.Code != 400 || code != c.error || !strings.Contains(why, c.text) || s.given != nil {
			t.Errorf("%s: %d %s, given %q", says, a.Code, a.Body, s.given)
		}
	}
	c := serve(t, nil)
	if a := c.do(strings.Replace(tokenLine, "waybill", "other", 1), form(nil), "Content-Type",
		formType); a.Code != 404 ||
		!strings.Contains(a.Body.String(), "use waybill") || c.given != nil {
		t.Errorf("another realm: %d %s", a.Code, a.Body)
	}
}

// oauth is the error of a token endpoint's answer.
func oauth(t *testing.T, text []byte) (code, why string) {
	t.Helper()
	var body struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if err := json.Unmarshal(text, &body, json.RejectUnknownMembers(true)); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return body.Error, body.Description
}

func TestClientsAreRefusedAsOAuthSays(t *testing.T) {
	t.Parallel()
	c := serve(t, nil)
	c.issue, c.revoke = access.ErrInvalidClient, access.ErrInvalidClient
	for _, line := range []string{tokenLine, revokeLine} {
		a := c.do(line, form(nil), "Content-Type", formType)
		if code, _ := oauth(t, a.Body.Bytes()); a.Code != 401 || code != "invalid_client" {
			t.Errorf("%s: %d %s", line, a.Code, a.Body)
		}
	}
	c.issue = fmt.Errorf("%w: the client does not hold %q", access.ErrInvalidScope, "x")
	a := c.do(tokenLine, form(nil), "Content-Type", formType)
	if code, why := oauth(t, a.Body.Bytes()); a.Code != 400 || code != "invalid_scope" ||
		why != `the client does not hold "x"` {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	c.revoke = fmt.Errorf("%w: the token has no id", access.ErrUnsupportedToken)
	a = c.do(revokeLine, form(nil), "Content-Type", formType)
	if code, why := oauth(t, a.Body.Bytes()); a.Code != 400 || code != "unsupported_token_type" || why != "the token has no id" {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	c.issue, c.revoke = errors.New("the disk is gone"), errors.New("the disk is gone")
	for _, line := range []string{tokenLine, revokeLine} {
		if a := c.do(line, form(nil), "Content-Type", formType); a.Code != 500 ||
			strings.Contains(a.Body.String(), "disk") {
			t.Errorf("%s: %d %s", line, a.Code, a.Body)
		}
	}
}
