package rest

import (
	"cmp"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// baseURL returns where the session's requests go, without a trailing slash: the operator's override, so that an
// installation pointed at simulators never reaches a real TSP; then the connection's own URL, then what its settings
// say. An own one beside the operator's must name the same place, or the TSP's public one for which the operator's
// stands: a fleet's secret goes to no other host than the fleet named.
func baseURL(config Config, access tsp.Access) (string, error) {
	usual := config.Spec.BaseURL
	if config.BaseURL != nil {
		usual = cmp.Or(config.BaseURL(access.Settings), usual)
	}
	own := ""
	if config.URLField != "" {
		own = access.Credentials.Get(config.URLField)
	}
	if own != "" && !usable(own) {
		return "", wrong(config.URLField, "it must be an https URL, or an http one of this machine, without query%s", example(config.Spec.BaseURL))
	}
	if own != "" && access.BaseURL != "" && !slices.ContainsFunc([]string{access.BaseURL, usual, config.Spec.BaseURL}, same(own)) {
		return "", elsewhere(config.URLField, config.Spec.DisplayName)
	}
	base := strings.TrimRight(cmp.Or(access.BaseURL, own, usual), "/")
	if base == "" {
		return "", wrong(config.URLField, "it is required: it says where the fleet's own %s server answers", config.Spec.DisplayName)
	}
	return base, nil
}

// same tells whether a URL is another spelling of the one that is given.
func same(own string) func(string) bool {
	form := func(raw string) string {
		u, err := url.Parse(raw)
		if err != nil || raw == "" {
			return ""
		}
		usual := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
		return u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), usual) + strings.TrimRight(u.EscapedPath(), "/")
	}
	return func(other string) bool { return other != "" && form(own) == form(other) }
}

// elsewhere refuses an address beside the one that the operator has set, which it does not tell: it may be one of
// the operator's own network.
func elsewhere(field, name string) error {
	return wrong(field, "this installation asks %s at one address alone, which its operator has set; leave this one out", name)
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
	if o.TokenURLField == "" {
		return ""
	}
	return access.Credentials.Get(o.TokenURLField)
}

// endpoint divides the token endpoint into where it is and its path. Beside the operator's base URL an own one must
// name that host or a public place of the TSP's tokens, for which the operator's stands.
func (o OAuth) endpoint(base string, spec tsp.Spec, access tsp.Access) (root, path string, err error) {
	raw, own := o.TokenURL, o.own(access)
	if own != "" && !usable(own) {
		return "", "", wrong(o.TokenURLField, "it must be an https URL, or an http one of this machine, without query")
	}
	switch {
	case own != "" && access.BaseURL == "":
		raw = own
	case own != "" && !slices.ContainsFunc(o.places(spec, access), same(own)):
		return "", "", elsewhere(o.TokenURLField, spec.DisplayName)
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

// places are the token endpoints that stand for the one that is asked where the operator has set a base URL.
func (o OAuth) places(spec tsp.Spec, access tsp.Access) []string {
	path := o.TokenURL
	if u, err := url.Parse(path); err == nil {
		path = u.EscapedPath()
	}
	all := []string{o.TokenURL, o.ElseTokenURL, strings.TrimRight(access.BaseURL, "/") + path}
	if spec.BaseURL != "" {
		all = append(all, strings.TrimRight(spec.BaseURL, "/")+path)
	}
	return all
}
