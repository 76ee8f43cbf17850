package config

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// OIDC is an OpenID Connect issuer outside of the program whose tokens the API takes.
type OIDC struct {
	// Issuer is its URL; "" is none. Audience is whom its tokens must be for.
	Issuer, Audience string
	// Claims are the names of the claims that hold client, partner, fleet and scopes.
	Claims map[string][]string
}

// defaultClaims are those of Keycloak, Auth0, Entra and Okta for clients and scopes. Partners and
// fleets have none of their own anywhere.
func defaultClaims() map[string][]string {
	return map[string][]string{"client": {"azp", "client_id", "appid", "cid"}, "partner": {"waybill_partner"},
		"fleet": {"waybill_fleet"}, "scopes": {"scope", "scp", "permissions", "roles"}}
}

func readIssuer(c *Config, text string) error {
	// Also a wrong one is there, so that not its absence is told beside.
	c.OIDC.Issuer = text
	return checkIssuer(text)
}

// checkIssuer tells what is wrong with the URL of an issuer.
func checkIssuer(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
		return fmt.Errorf("is %q; write the issuer's URL as its tokens have it, such as https://login.example/realms/fleet", text)
	}
	return nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// readClaims reads what=claim, separated by commas. What is named several times is looked for in that
// order, and what is not keeps its defaults.
func readClaims(c *Config, text string) error {
	given := map[string][]string{}
	var wrong []error
	for part := range strings.SplitSeq(text, ",") {
		what, claim, _ := strings.Cut(strings.TrimSpace(part), "=")
		if _, known := c.OIDC.Claims[what]; !known || claim == "" {
			wrong = append(wrong, fmt.Errorf("has %q; write one of %s, each with its claim, such as client=azp,partner=org_id",
				strings.TrimSpace(part), strings.Join(slices.Sorted(maps.Keys(c.OIDC.Claims)), ", ")))
			continue
		}
		given[what] = append(given[what], claim)
	}
	maps.Copy(c.OIDC.Claims, given)
	return errors.Join(wrong...)
}

// checkOIDC tells what of the external issuer is missing.
func (c Config) checkOIDC() (wrong []error) {
	switch {
	case c.OIDC.Issuer == "" && c.OIDC.Audience != "":
		wrong = append(wrong, fmt.Errorf("%sOIDC_AUDIENCE is set and %[1]sOIDC_ISSUER is not; set both", prefix))
	case c.OIDC.Issuer != "" && c.OIDC.Audience == "":
		wrong = append(wrong, fmt.Errorf("%sOIDC_ISSUER is set and %[1]sOIDC_AUDIENCE is not; set whom the tokens are for, or those "+
			"for any other service would be taken here", prefix))
	}
	if c.OwnIssuerOff && c.OIDC.Issuer == "" {
		wrong = append(wrong, fmt.Errorf("%sOWN_ISSUER is off and %[1]sOIDC_ISSUER is not set, so nobody would give tokens; set one of them",
			prefix))
	}
	return wrong
}
