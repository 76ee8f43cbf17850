package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// ConsoleOIDC is an OpenID Connect issuer at which operators sign in.
type ConsoleOIDC struct {
	// Issuer is its URL; "" is none. ClientID and Secret are by which it knows this installation; one without
	// a secret is a public client.
	Issuer, ClientID string
	// Secret is a text, and SecretFile names a file that holds it.
	Secret, SecretFile string
	// Scopes are asked for, and GroupsClaim holds the groups of a person, which Roles maps: to each role its groups.
	Scopes      []string
	GroupsClaim string
	Roles       map[string][]string
	// ViewersSee shows payloads to viewers as well.
	ViewersSee bool
}

func consoleOIDCVariables() []variable {
	return []variable{
		{consoleIssuerVariable, func(c *Config, s string) error { c.Console.OIDC.Issuer = s; return checkIssuer(s) }},
		{consoleClientVariable, func(c *Config, s string) error { c.Console.OIDC.ClientID = s; return nil }},
		{secretVariable, func(c *Config, s string) error { c.Console.OIDC.Secret = s; return nil }},
		{secretFileVariable, func(c *Config, s string) error { c.Console.OIDC.SecretFile = s; return nil }},
		{consolePrefix + "OIDC_SCOPES", readConsoleScopes},
		{consolePrefix + "OIDC_GROUPS_CLAIM", func(c *Config, s string) error { c.Console.OIDC.GroupsClaim = s; return nil }},
		{consoleRolesVariable, readConsoleRoles},
		{consolePrefix + "OIDC_PAYLOADS", choice("operators", "viewers", func(c *Config) *bool { return &c.Console.OIDC.ViewersSee })},
	}
}

func readConsoleScopes(c *Config, text string) error {
	all := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	if !slices.Contains(all, "openid") {
		return fmt.Errorf("is %q, without openid; write such as openid,profile,email,groups", text)
	}
	c.Console.OIDC.Scopes = all
	return nil
}

// readConsoleRoles reads role=group, separated by commas. A role may be named several times.
func readConsoleRoles(c *Config, text string) error {
	roles := map[string][]string{}
	var wrong []error
	for part := range strings.SplitSeq(text, ",") {
		role, group, _ := strings.Cut(strings.TrimSpace(part), "=")
		if !slices.Contains([]string{"viewer", "operator", "admin"}, role) || group == "" {
			wrong = append(wrong, fmt.Errorf("has %q; write viewer, operator or admin, each with a group of the issuer's, such "+
				"as admin=platform,viewer=support", strings.TrimSpace(part)))
			continue
		}
		roles[role] = append(roles[role], group)
	}
	c.Console.OIDC.Roles = roles
	return errors.Join(wrong...)
}

// SecretText returns the secret by which the issuer knows this installation; "" if there is none. A file that
// others on the machine may read is refused.
func (o ConsoleOIDC) SecretText() (string, error) {
	if o.SecretFile == "" {
		return o.Secret, nil
	}
	if err := keptFromOthers(o.SecretFile); err != nil {
		return "", fmt.Errorf("%s: %w", secretFileVariable, err)
	}
	raw, err := os.ReadFile(o.SecretFile)
	if err != nil {
		return "", fmt.Errorf("reading the file of %s: %w", secretFileVariable, err)
	}
	text := strings.TrimSpace(string(raw))
	if text == "" {
		return "", fmt.Errorf("the file of %s is empty; write the client's secret into it, or leave the setting out", secretFileVariable)
	}
	return text, nil
}
