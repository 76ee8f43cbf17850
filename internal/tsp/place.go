package tsp

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// place names where credentials send calls, if that is for whoever gave them to say: the host, with the
// path under it, that one of their members names. It is "" for a host of the TSP's own, and wherever
// the operator has set one that stands for all.
func (r *Registry) place(spec Spec, c Credentials) string {
	if r.Elsewhere(spec.Name) {
		return ""
	}
	kind := CredentialKindOf(c.Kind)
	if i := slices.IndexFunc(spec.Credentials, func(k CredentialKind) bool { return k.Kind == c.Kind }); i >= 0 {
		kind = spec.Credentials[i]
	}
	var all []string
	for _, f := range kind.Fields {
		given := c.Get(f.Name)
		if !f.Host || given == "" || spec.owns(given) {
			continue
		}
		place := placeOf(given)
		if f.Secret {
			// Keys of accounts are kept in the clear.
			sum := sha256.Sum256([]byte(place))
			place = "sha256:" + hex.EncodeToString(sum[:16])
		}
		all = append(all, place)
	}
	return strings.Join(all, ",")
}

// at puts a place before the key of an account there: what it names as its account is none but its
// own. Where everybody hosts the TSP's software themselves the place may be the key already. No URL
// holds a "#" before its fragment, so no place ends in another's key.
func (r *Registry) at(name Name, place, key string) string {
	adapter, ok := r.byName[name]
	if place == "" || key == "" || ok && adapter.Spec().BaseURL == "" && key == place {
		return key
	}
	return place + "#" + key
}

// AccountAt returns the key of an account whose key was kept without the place that credentials name, and
// the same key if it holds it or none is to be held.
func (r *Registry) AccountAt(name Name, c Credentials, key string) string {
	adapter, ok := r.byName[name]
	if !ok {
		return key
	}
	place := r.place(adapter.Spec(), c)
	if strings.HasPrefix(key, place+"#") {
		return key
	}
	return r.at(name, place, key)
}

// owns tells whether an address is of a host of the TSP's own.
func (s Spec) owns(given string) bool {
	u, err := url.Parse(given)
	if err != nil || u.Scheme != "https" {
		return false
	}
	own, _ := url.Parse(s.BaseURL)
	host := hostOf(u)
	return host != "" && (own != nil && host == hostOf(own) || slices.Contains(s.Hosts, host))
}

// placeOf is the same for every spelling of an address.
func placeOf(given string) string {
	u, err := url.Parse(given)
	if err != nil || u.Host == "" {
		return strings.ToLower(strings.TrimRight(given, "/"))
	}
	return hostOf(u) + strings.TrimRight(u.Path, "/")
}

func hostOf(u *url.URL) string {
	usual := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	return strings.TrimSuffix(strings.ToLower(u.Host), usual)
}
