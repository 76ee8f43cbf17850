package rest

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// baseURL returns where the session's requests go, without a trailing slash. The operator's
// override wins over the connection's own URL, so that an installation pointed at simulators
// never reaches a real TSP.
func baseURL(config Config, access tsp.Access) (string, error) {
	if access.BaseURL != "" {
		return strings.TrimRight(access.BaseURL, "/"), nil
	}
	own := access.Credentials.Get(config.URLField)
	if config.URLField == "" || own == "" {
		return strings.TrimRight(config.Spec.BaseURL, "/"), nil
	}
	if !usable(own) {
		return "", refusedCredentials("the %s must be an https URL without query, such as %s", config.URLField, config.Spec.BaseURL)
	}
	return strings.TrimRight(own, "/"), nil
}

// usable tells whether a connection's own URL may be sent its secret: over https, or to this
// machine. Which addresses may be reached at all is the HTTP client's business.
func usable(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return false
	}
	address, err := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || (err == nil && address.IsLoopback())
	return u.Scheme == "https" || (u.Scheme == "http" && loopback)
}
