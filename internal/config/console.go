package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Console is the operators' web console.
type Console struct {
	// On serves it, and ReadOnly lets nobody act in it.
	On, ReadOnly bool
	// URL is where browsers reach it, without a path: https://waybill.example; "" where only what comes in tells.
	URL string
	// Session is how long somebody stays signed in at most, and Idle how long without doing anything.
	Session, Idle time.Duration
	OIDC          ConsoleOIDC
}

// The variables of the console.
const (
	consoleVariable = prefix + "CONSOLE"
	consolePrefix   = consoleVariable + "_"

	consoleURLVariable    = consolePrefix + "URL"
	consoleIdleVariable   = consolePrefix + "IDLE"
	consoleIssuerVariable = consolePrefix + "OIDC_ISSUER"
	consoleClientVariable = consolePrefix + "OIDC_CLIENT_ID"
	consoleRolesVariable  = consolePrefix + "OIDC_ROLES"
	secretVariable        = consolePrefix + "OIDC_CLIENT_SECRET"
	secretFileVariable    = secretVariable + "_FILE"
)

// defaultConsole is before anything is set.
func defaultConsole() Console {
	return Console{Session: 12 * time.Hour, Idle: 4 * time.Hour, OIDC: ConsoleOIDC{Scopes: []string{"openid", "profile", "email"},
		GroupsClaim: "groups"}}
}

// consoleVariables lists them.
func consoleVariables() []variable {
	return append(consoleOIDCVariables(),
		variable{consoleVariable, readConsole},
		variable{consoleURLVariable, readConsoleURL},
		variable{consolePrefix + "SESSION", duration(15*time.Minute, 30*day, func(c *Config) *time.Duration { return &c.Console.Session })},
		variable{consoleIdleVariable, duration(5*time.Minute, 30*day, func(c *Config) *time.Duration { return &c.Console.Idle })})
}

func readConsole(c *Config, text string) error {
	switch strings.ToLower(text) {
	case "off":
		c.Console.On, c.Console.ReadOnly = false, false
	case "on":
		c.Console.On, c.Console.ReadOnly = true, false
	case "read_only":
		c.Console.On, c.Console.ReadOnly = true, true
	default:
		return fmt.Errorf("is %q; set off, on or read_only", text)
	}
	return nil
}

// readConsoleURL reads where browsers are. Its scheme says whether cookies go over TLS alone.
func readConsoleURL(c *Config, text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" ||
		u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
		return fmt.Errorf("is %q; write how browsers reach the service, without a path, such as https://waybill.example "+
			"(http for this machine alone)", text)
	}
	if strings.ContainsFunc(u.Host, func(r rune) bool { return r > '~' }) {
		return fmt.Errorf("is %q; write the name as browsers send it, in ASCII (xn--…)", text)
	}
	// As browsers name an origin: without the port that goes without saying.
	port := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	c.Console.URL = u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), port)
	return nil
}

// checkConsole tells what has no effect, or lacks what it needs.
func (c Config) checkConsole(given map[string]string) (wrong []error) {
	set := func(name string) bool { return given[name] != "" }
	missing := func(name, why string) {
		wrong = append(wrong, fmt.Errorf("%s is set and %s is not, %s; set both", consoleIssuerVariable, name, why))
	}
	for _, v := range consoleOIDCVariables() {
		if set(v.name) && !set(consoleIssuerVariable) {
			wrong = append(wrong, fmt.Errorf("%s is set and %s is not, so that nobody signs in by it; set both, or leave it out",
				v.name, consoleIssuerVariable))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		// Who says off means it for a while, and what is set beside it stays for later.
		if strings.HasPrefix(name, consolePrefix) && set(name) && !set(consoleVariable) && slices.ContainsFunc(consoleVariables(),
			func(v variable) bool { return v.name == name }) {
			wrong = append(wrong, fmt.Errorf("%s is set and there is no console; set %s=on, or leave it out", name, consoleVariable))
		}
	}
	if set(consoleIssuerVariable) && !set(consoleClientVariable) {
		missing(consoleClientVariable, "by which the issuer knows this installation")
	}
	if set(consoleIssuerVariable) && !set(consoleRolesVariable) {
		missing(consoleRolesVariable, "so that nobody would have a role")
	}
	if set(consoleIssuerVariable) && !set(consoleURLVariable) {
		missing(consoleURLVariable, "to which the issuer sends people back")
	}
	if set(secretVariable) && set(secretFileVariable) {
		wrong = append(wrong, fmt.Errorf("%s and %s are both set; set one of them", secretVariable, secretFileVariable))
	}
	if c.Console.Idle > c.Console.Session {
		wrong = append(wrong, fmt.Errorf("%s is %s, longer than a session lasts (%s); set it shorter, or %sSESSION longer",
			consoleIdleVariable, c.Console.Idle, c.Console.Session, consolePrefix))
	}
	return wrong
}

// facts are the settings of the console.
func (c Console) facts() map[string]any {
	state := "off"
	switch {
	case c.ReadOnly:
		state = "read_only"
	case c.On:
		state = "on"
	}
	return map[string]any{
		"CONSOLE": state, "CONSOLE_URL": c.URL, "CONSOLE_SESSION": c.Session, "CONSOLE_IDLE": c.Idle,
		"CONSOLE_OIDC_ISSUER": c.OIDC.Issuer, "CONSOLE_OIDC_CLIENT_ID": c.OIDC.ClientID,
		"CONSOLE_OIDC_CLIENT_SECRET_FILE": c.OIDC.SecretFile, "CONSOLE_OIDC_SCOPES": c.OIDC.Scopes,
		"CONSOLE_OIDC_GROUPS_CLAIM": c.OIDC.GroupsClaim, "CONSOLE_OIDC_ROLES": c.OIDC.Roles,
		"CONSOLE_OIDC_PAYLOADS": c.OIDC.ViewersSee,
	}
}
