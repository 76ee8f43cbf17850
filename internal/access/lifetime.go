package access

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// leeway is how far another issuer's clock may be from ours, ahead and behind. All times of a token are
// judged by it.
const leeway = time.Minute

// lifetime are the times of another issuer's token; those that it does not tell are zero.
type lifetime struct{ issued, from, ends time.Time }

// lastSecond is that of the year 9999, in seconds from 1970.
const lastSecond = 253_402_300_799

// lifetimeOf reads the times from a token's claims.
func lifetimeOf(claims map[string]any) (l lifetime, err error) {
	for _, claim := range []struct {
		name string
		to   *time.Time
	}{{"iat", &l.issued}, {"nbf", &l.from}, {"exp", &l.ends}} {
		given, ok := claims[claim.name]
		if !ok {
			continue
		}
		at, ok := numericDate(given)
		if !ok {
			return l, &Refusal{Why: fmt.Sprintf("its %s is no time", claim.name),
				Remedy: "have its issuer give seconds from 1970, in the years up to 9999"}
		}
		*claim.to = at
	}
	if l.ends.IsZero() {
		return l, &Refusal{Why: "it does not tell when it expires (exp)", Remedy: "have its issuer give tokens with an exp"}
	}
	return l, nil
}

// numericDate reads a NumericDate (RFC 7519 section 2), which some issuers give as a text.
func numericDate(given any) (time.Time, bool) {
	seconds, ok := given.(float64)
	if text, isText := given.(string); isText {
		var err error
		seconds, err = strconv.ParseFloat(text, 64)
		ok = err == nil
	}
	// Its negation, so that what is no number is none.
	if !ok || !(seconds >= 0 && seconds <= lastSecond) {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(seconds * 1e6)), true
}

// refuses tells why a token does not count at a time by its own times.
func (l lifetime) refuses(now time.Time) error {
	soonest := now.Add(leeway)
	switch {
	case !now.Before(l.ends.Add(leeway)):
		return refused("it expired")
	case l.from.After(soonest):
		return &Refusal{Why: "it does not count before " + l.from.UTC().Format(time.RFC3339) + " (nbf)",
			Remedy: "use it then", After: l.from.Sub(soonest)}
	case l.issued.After(soonest):
		return &Refusal{Why: "it was issued at " + l.issued.UTC().Format(time.RFC3339) + " (iat), which is yet to come",
			Remedy: "have the clock of its issuer set, or that of this installation"}
	}
	return nil
}

// forCalls refuses tokens that are made for something else than to call with: their issuer may sign them
// by the same key, for the same audience. typ is that of the token's header.
func forCalls(typ any, claims map[string]any) error {
	header, _ := typ.(string)
	header = strings.TrimPrefix(strings.ToLower(header), "application/")
	kind := "of the type " + strconv.Quote(header)
	bearer := header == "at+jwt" || claims["typ"] == "Bearer"
	switch {
	case typ != nil && header != "jwt" && header != "at+jwt":
	// A claim of Keycloak's; its access tokens say Bearer.
	case claims["typ"] == "ID", claims["typ"] == "Refresh", claims["typ"] == "Offline", claims["typ"] == "Logout":
		kind = fmt.Sprintf("of the type %q", claims["typ"])
	// OpenID Connect Core, sections 2 and 3.3.2.11. Some issuers have given access tokens a nonce.
	case has(claims, "at_hash"), has(claims, "c_hash"), has(claims, "nonce") && !bearer:
		kind = "an ID token"
	// RFC 8417 section 2.2, of which logout tokens are.
	case has(claims, "events"):
		kind = "one of an event"
	default:
		return nil
	}
	return &Refusal{Why: "it is no access token but " + kind, Remedy: "send the access token"}
}

func has(claims map[string]any, name string) bool { return claims[name] != nil }
