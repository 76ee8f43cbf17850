package config

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
)

// prefix is that of all variables; one that has it and is none is refused.
const prefix = "WAYBILL_"

// The variables that errors of other places name.
const (
	databaseVariable = prefix + "DATABASE_URL"

	keyVariable     = prefix + "KEY"
	keyFileVariable = prefix + "KEY_FILE"

	oldKeyVariable     = prefix + "OLD_KEY"
	oldKeyFileVariable = prefix + "OLD_KEY_FILE"

	claimsVariable  = prefix + "OIDC_CLAIMS"
	proxyVariable   = prefix + "OUTBOUND_PROXY"
	allowVariable   = prefix + "OUTBOUND_ALLOW"
	trustedVariable = prefix + "TRUSTED_PROXIES"

	tlsCertVariable = prefix + "TLS_CERT"
	tlsKeyVariable  = prefix + "TLS_KEY"
)

// variable is a setting as the environment holds it.
type variable struct {
	name string
	// read takes a text that is not blank. Its error goes on behind the name.
	read func(c *Config, text string) error
}

// TSPs are the keys of the limits that each TSP has, by the TSP's name.
type TSPs map[string][]string

// FromEnv returns the defaults with what the environment sets, and everything that is wrong with it;
// environ is like os.Environ. A blank variable counts as one that is not set.
func FromEnv(environ []string, tsps TSPs) (Config, []error) {
	c := Default()
	known := append(variables(), tsps.variables()...)
	given := given(environ)
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(given)) {
		i := slices.IndexFunc(known, func(v variable) bool { return v.name == name })
		switch {
		case i < 0 && !foreign(name, given[name]):
			wrong = append(wrong, unknown(name, known))
		case i < 0, given[name] == "":
		default:
			told := map[string]bool{}
			for _, why := range each(known[i].read(&c, given[name])) {
				if !told[why.Error()] {
					told[why.Error()] = true
					wrong = append(wrong, fmt.Errorf("%s %w", name, why))
				}
			}
		}
	}
	if c.Key != "" && c.KeyFile != "" {
		wrong = append(wrong, fmt.Errorf("%s and %s are both set; set one of them", keyVariable, keyFileVariable))
	}
	if c.OldKey != "" && c.OldKeyFile != "" {
		wrong = append(wrong, fmt.Errorf("%s and %s are both set; set one of them", oldKeyVariable, oldKeyFileVariable))
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		wrong = append(wrong, fmt.Errorf("%s and %s must both be set, or neither", tlsCertVariable, tlsKeyVariable))
	}
	if c.OIDC.Issuer == "" && given[claimsVariable] != "" {
		wrong = append(wrong, fmt.Errorf("%s is set and %sOIDC_ISSUER is not, so no token has these claims; set both",
			claimsVariable, prefix))
	}
	if c.ProxyJudges && !proxied(environ) {
		wrong = append(wrong, fmt.Errorf("%s is names, and neither HTTPS_PROXY nor HTTP_PROXY is set, so no proxy is asked; "+
			"set one, or leave it out", proxyVariable))
	}
	wrong = append(wrong, c.checkAdmin()...)
	wrong = append(wrong, c.checkTraces(given)...)
	wrong = append(wrong, c.checkConsole(given)...)
	return c, append(wrong, c.checkOIDC()...)
}

// given are the variables with our prefix.
func given(environ []string) map[string]string {
	all := map[string]string{}
	for _, one := range environ {
		if name, value, ok := strings.Cut(one, "="); ok && strings.HasPrefix(strings.ToUpper(name), prefix) {
			all[name] = strings.TrimSpace(value)
		}
	}
	return all
}

// proxied tells whether the environment has requests go through a proxy.
func proxied(environ []string) bool {
	return slices.ContainsFunc(environ, func(one string) bool {
		name, value, _ := strings.Cut(one, "=")
		name = strings.ToUpper(name)
		return (name == "HTTPS_PROXY" || name == "HTTP_PROXY") && strings.TrimSpace(value) != ""
	})
}

// each returns what errors.Join has joined.
func each(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// variables lists those that are not of one TSP.
func variables() []variable {
	return slices.Concat(adminVariables(), consoleVariables(), tracesVariables(), []variable{
		{prefix + "ADDR", func(c *Config, s string) error { c.Addr = s; return CheckAddr(s) }},
		{databaseVariable, func(c *Config, s string) error { c.DatabaseURL = s; return nil }},
		{keyVariable, func(c *Config, s string) error { c.Key = s; return nil }},
		{keyFileVariable, func(c *Config, s string) error { c.KeyFile = s; return nil }},
		{oldKeyVariable, func(c *Config, s string) error { c.OldKey = s; return nil }},
		{oldKeyFileVariable, func(c *Config, s string) error { c.OldKeyFile = s; return nil }},
		{prefix + "SEAL_AT_REST", choice("off", "on", func(c *Config) *bool { return &c.SealAtRest })},
		{allowVariable, ranges(func(c *Config) *[]netip.Prefix { return &c.OutboundAllow })},
		{proxyVariable, choice("addresses", "names", func(c *Config) *bool { return &c.ProxyJudges })},
		{prefix + "MAX_AGE", duration(time.Second, 365*day, func(c *Config) *time.Duration { return &c.MaxAge })},
		{prefix + "CALL_DEADLINE", duration(time.Second, 10*time.Minute,
			func(c *Config) *time.Duration { return &c.CallDeadline })},
		{prefix + "SETTLING", duration(time.Second, day, func(c *Config) *time.Duration { return &c.Settling })},
		{prefix + "IMPORT_EVERY", duration(time.Second, 30*day,
			func(c *Config) *time.Duration { return &c.ImportEvery })},
		{prefix + "IMPORT_HISTORY", duration(time.Hour, 3650*day,
			func(c *Config) *time.Duration { return &c.ImportHistory })},
		{prefix + "LANES_AT_ONCE", number(func(c *Config) *int { return &c.LanesAtOnce })},
		{prefix + "CALLS_AT_ONCE", number(func(c *Config) *int { return &c.CallsAtOnce })},
		{prefix + "DELIVERIES_AT_ONCE", number(func(c *Config) *int { return &c.DeliveriesAtOnce })},
		{prefix + "IMPORTS_AT_ONCE", number(func(c *Config) *int { return &c.ImportsAtOnce })},
		{prefix + "KEEP_OPERATIONS", duration(leastKept, 3650*day,
			func(c *Config) *time.Duration { return &c.KeepOperations })},
		{prefix + "KEEP_RECORDS", duration(leastKept, 3650*day,
			func(c *Config) *time.Duration { return &c.KeepRecords })},
		{prefix + "KEEP_EVENTS", duration(2*day, 3650*day, func(c *Config) *time.Duration { return &c.KeepEvents })},
		{prefix + "KEEP_EXCHANGES", days(func(c *Config) *int { return &c.KeepExchanges })},
		{prefix + "LIST_DEADLINE", duration(100*time.Millisecond, time.Minute,
			func(c *Config) *time.Duration { return &c.ListDeadline })},
		{prefix + "OIDC_ISSUER", readIssuer},
		{prefix + "OIDC_AUDIENCE", func(c *Config, s string) error { c.OIDC.Audience = s; return nil }},
		{claimsVariable, readClaims},
		{prefix + "OWN_ISSUER", choice("on", "off", func(c *Config) *bool { return &c.OwnIssuerOff })},
		{prefix + "FLEETS", choice("by_connection", "on_purpose", func(c *Config) *bool { return &c.FleetsOnPurpose })},
		{prefix + "MAX_SUBSCRIPTIONS", number(func(c *Config) *int { return &c.MaxSubscriptions })},
		{prefix + "UNKNOWN_PARAMETERS", choice("refuse", "ignore", func(c *Config) *bool { return &c.IgnoreUnknown })},
		{prefix + "RATE_CLIENT", rate(func(c *Config) *Rate { return &c.RateClient })},
		{prefix + "RATE_PARTNER", rate(func(c *Config) *Rate { return &c.RatePartner })},
		{prefix + "RATE_TOKEN", rate(func(c *Config) *Rate { return &c.RateToken })},
		{prefix + "RATE_ADDRESS", rate(func(c *Config) *Rate { return &c.RateAddress })},
		{prefix + "MAX_CONNECTIONS", number(func(c *Config) *int { return &c.MaxConnections })},
		{tlsCertVariable, func(c *Config, s string) error { c.TLSCert = s; return nil }},
		{tlsKeyVariable, func(c *Config, s string) error { c.TLSKey = s; return nil }},
		{trustedVariable, ranges(func(c *Config) *[]netip.Prefix { return &c.TrustedProxies })},
		{prefix + "LOG_LEVEL", readLevel},
	})
}

// clients are the variables by which the commands of the group Client find their Waybill. They may be set in the shell of
// an operator, and mean nothing to a service.
var clients = []string{prefix + "URL", prefix + "CLIENT_ID", prefix + "CLIENT_SECRET", prefix + "TOKEN"}

// foreign tells whether a variable with our prefix is no setting of a service: those of its clients, those of `make
// contract`, and those that Kubernetes and linked containers set for a service named waybill
// (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables, 2026-11-27).
func foreign(name, value string) bool {
	if strings.HasPrefix(name, prefix+"CONTRACT_") || slices.Contains(clients, name) {
		return true
	}
	port := regexp.MustCompile(`^[A-Z_]+_PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$`)
	service := regexp.MustCompile(`^[A-Z0-9_]+_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$`)
	return service.MatchString(name) || port.MatchString(name) && (name != prefix+"PORT" || strings.Contains(value, "://"))
}

func unknown(name string, known []variable) error {
	var names []string
	for _, v := range known {
		names = append(names, v.name)
	}
	if near := nearest(strings.ToUpper(name), names); near != "" {
		return fmt.Errorf("%s is no setting; did you mean %s?", name, near)
	}
	return fmt.Errorf("%s is no setting; `waybill settings` lists all there are", name)
}

// nearest compares names without what many of them share, which would make any two alike.
func nearest(name string, known []string) string {
	for _, shared := range [][2]string{{prefix + "TSP_", "_BASE_URL"}, {prefix + "TSP_", "_LIMITS"}, {prefix + "TSP_", ""}, {prefix, ""}} {
		inner := func(name string) (string, bool) {
			rest, begins := strings.CutPrefix(name, shared[0])
			rest, ends := strings.CutSuffix(rest, shared[1])
			return rest, begins && ends
		}
		given, ok := inner(name)
		if !ok {
			continue
		}
		var inners []string
		for _, k := range known {
			if own, ok := inner(k); ok {
				inners = append(inners, own)
			}
		}
		if near := resource.Nearest(given, inners); near != "" {
			return shared[0] + near + shared[1]
		}
		if shared[1] != "" {
			return ""
		}
	}
	return ""
}

const day = 24 * time.Hour

// leastKept is as long as an idempotency key counts: what it stands for must be there.
const leastKept = 30 * day
