package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Facts are the settings by their variables, as the audit log tells that they changed: keys and secrets are
// not among them.
func (c Config) Facts() map[string]any {
	// Of headers the names alone: their values prove who we are.
	values := map[string]any{
		"ADDR": c.Addr, "DATABASE_URL": withoutPassword(c.DatabaseURL), "KEY_FILE": c.KeyFile, "OLD_KEY_FILE": c.OldKeyFile,
		"OUTBOUND_ALLOW": c.OutboundAllow, "OUTBOUND_PROXY": c.ProxyJudges, "MAX_AGE": c.MaxAge,
		"CALL_DEADLINE": c.CallDeadline, "SETTLING": c.Settling, "IMPORT_EVERY": c.ImportEvery,
		"IMPORT_HISTORY": c.ImportHistory, "KEEP_OPERATIONS": c.KeepOperations, "KEEP_RECORDS": c.KeepRecords,
		"KEEP_EVENTS": c.KeepEvents, "KEEP_EXCHANGES": c.KeepExchanges,
		"LIST_DEADLINE": c.ListDeadline, "UNKNOWN_PARAMETERS": c.IgnoreUnknown, "OIDC_ISSUER": c.OIDC.Issuer,
		"OIDC_AUDIENCE": c.OIDC.Audience, "OIDC_CLAIMS": c.OIDC.Claims, "OWN_ISSUER": c.OwnIssuerOff,
		"FLEETS": c.FleetsOnPurpose, "MAX_SUBSCRIPTIONS": c.MaxSubscriptions, "RATE_CLIENT": c.RateClient,
		"RATE_PARTNER": c.RatePartner, "RATE_TOKEN": c.RateToken, "RATE_ADDRESS": c.RateAddress,
		"LANES_AT_ONCE": c.LanesAtOnce, "CALLS_AT_ONCE": c.CallsAtOnce, "IMPORTS_AT_ONCE": c.ImportsAtOnce,
		"DELIVERIES_AT_ONCE": c.DeliveriesAtOnce,
		"MAX_CONNECTIONS":    c.MaxConnections, "TLS_CERT": c.TLSCert, "TLS_KEY": c.TLSKey,
		"TRUSTED_PROXIES": c.TrustedProxies, "LOG_LEVEL": c.LogLevel, "SEAL_AT_REST": c.SealAtRest,
		"ADMIN_ADDR": c.AdminAddr, "ADMIN_REMOTE": c.AdminRemote, "DRAIN_DELAY": c.DrainDelay,
		"TRACES_URL": c.Traces.URL, "TRACES_HEADERS": slices.Sorted(maps.Keys(c.Traces.Headers)), "TRACES_RATIO": c.Traces.Ratio,
		"TRACES_TO_RECEIVERS": c.Traces.ToReceivers,
	}
	maps.Copy(values, c.Console.facts())
	for name, url := range c.BaseURLs {
		values["TSP_"+strings.ToUpper(name)+"_BASE_URL"] = url
	}
	for name, limits := range c.Limits {
		values["TSP_"+strings.ToUpper(name)+"_LIMITS"] = limits
	}
	out := map[string]any{}
	for name, value := range values {
		out[prefix+name] = fmt.Sprint(value)
	}
	return out
}

// withoutPassword is the URL of a database as it may be told. A path is told as it is.
func withoutPassword(text string) string {
	if !strings.Contains(text, ":") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		return "a URL"
	}
	query := u.Query()
	for name := range query {
		if strings.Contains(name, "password") {
			query.Set(name, "xxxxx")
		}
	}
	u.RawQuery = query.Encode()
	return u.Redacted()
}
