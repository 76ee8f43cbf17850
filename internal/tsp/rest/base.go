package rest

import (
	"cmp"
	"net/netip"
	"net/url"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// baseURL returns where the session's requests go, without a trailing slash. The operator's
// override wins over everything, so that an installation pointed at simulators never reaches a
// real TSP; then comes the connection's own URL, then what its settings say.
func baseURL(config Config, access tsp.Access) (string, error) {
	base := access.BaseURL
	if own := access.Credentials.Get(config.URLField); base == "" && config.URLField != "" && own != "" {
		if !usable(own) {
			return "", refusedCredentials("the %s must be an https URL without query%s", config.URLField, example(config.Spec.BaseURL))
		}
		base = own
	}
	if base == "" && config.BaseURL != nil {
		base = config.BaseURL(access.Settings)
	}
	if base = strings.TrimRight(cmp.Or(base, config.Spec.BaseURL), "/"); base == "" {
		return "", refusedCredentials("the credentials hold no %s", config.URLField)
	}
	return base, nil
}

func example(url string) string {
	if url == "" {
		return ""
	}
	return ", such as " + url
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

// own is the token endpoint that the connection names; "" for none.
func (o OAuth) own(access tsp.Access) string {
	if o.TokenURLField == "" || access.BaseURL != "" {
		return ""
	}
	return access.Credentials.Get(o.TokenURLField)
}

// endpoint divides the token endpoint into where it is and its path.
func (o OAuth) endpoint(base string, access tsp.Access) (root, path string, err error) {
	raw := o.TokenURL
	if own := o.own(access); own != "" {
		if !usable(own) {
			return "", "", refusedCredentials("the %s must be an https URL without query", o.TokenURLField)
		}
		raw = own
	}
	if strings.HasPrefix(raw, "/") {
		return base, raw, nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "", "", &tsp.Error{Class: tsp.Broken, Message: "the adapter's token endpoint is no URL", Err: err}
	}
	if access.BaseURL != "" {
		return base, u.EscapedPath(), nil
	}
	return u.Scheme + "://" + u.Host, u.EscapedPath(), nil
}
