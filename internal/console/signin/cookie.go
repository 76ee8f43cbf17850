package signin

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/console"
)

// Where the gate answers.
const (
	root         = "/console/"
	signInPath   = root + "sign-in"
	issuerPath   = signInPath + "/issuer"
	callbackPath = signInPath + "/callback"
	stylePath    = signInPath + "/style.css"
)

// OutPath is where a form signs its visitor out.
const OutPath = root + "sign-out"

// The cookies: of a session, and of somebody who is at the issuer.
const (
	sessionCookie = "waybill-console"
	awayCookie    = "waybill-sign-in"
)

// hostPrefix keeps a cookie to this host and to TLS: a neighbour's name and an unencrypted answer cannot set it
// (RFC 6265bis, section 4.1.3.2).
const hostPrefix = "__Host-"

// cookieName is how a cookie is called towards a browser. Only one of both names is ever read: else whoever can set the
// weak one signs others in as himself.
func (g *Gate) cookieName(r *http.Request, name string) string {
	if g.overTLS(r) {
		return hostPrefix + name
	}
	return name
}

func (g *Gate) read(r *http.Request, name string) string {
	// Without TLS a browser on this machine may be signed in, and no other.
	if !g.private(r) {
		return ""
	}
	c, err := r.Cookie(g.cookieName(r, name))
	if err != nil {
		return ""
	}
	return c.Value
}

// put keeps a cookie in a browser until a time; "" removes it.
func (g *Gate) put(w http.ResponseWriter, r *http.Request, c http.Cookie) {
	c.Name, c.Path, c.HttpOnly = g.cookieName(r, c.Name), "/", true
	c.Secure, c.SameSite = g.overTLS(r), http.SameSiteLaxMode
	if c.Value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, &c)
}

// age is for how many seconds a cookie is kept that counts until a time.
func (g *Gate) age(until time.Time) int { return max(1, int(until.Sub(g.Now()).Seconds())) }

// overTLS tells whether the browser reaches the console by TLS, which may end before us.
func (g *Gate) overTLS(r *http.Request) bool {
	if g.URL != "" {
		return g.secure
	}
	return r.TLS != nil
}

// private tells whether what is said between a browser and the console stays between them.
func (g *Gate) private(r *http.Request) bool {
	return g.overTLS(r) || IsHere(r)
}

// IsHere tells whether a request comes from a browser on this machine that knows the console by a name of this machine
// alone, and through no proxy, behind which the browser may be anywhere.
func IsHere(r *http.Request) bool { return isHere(r.Host) && isHere(r.RemoteAddr) && !forwarded(r) }

// forwarded tells whether a proxy says that it has passed a request on: the browser may be anywhere.
func forwarded(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

// isHere tells whether a host, with or without a port, is this machine.
func isHere(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// mostNext bounds the path to which somebody is led back, which a cookie must hold.
const mostNext = 1024

// within is a path of the console that somebody may be led to, and the root instead of any other: a link to the sign-in
// must lead to no other host, however browsers read it.
func within(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || len(text) > mostNext ||
		!strings.HasPrefix(text, root) || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return root
	}
	plain := path.Clean(u.Path)
	if plain+"/" != root && !strings.HasPrefix(plain, root) || strings.ContainsAny(u.Path, "\\\x00\r\n") ||
		plain == signInPath || strings.HasPrefix(plain, signInPath+"/") || plain == OutPath {
		return root
	}
	return u.RequestURI()
}

// signInURL leads to the sign-in and back.
func signInURL(next string) string {
	if next = within(next); next == root {
		return signInPath
	}
	return signInPath + "?" + url.Values{"next": {next}}.Encode()
}

var _ console.Gate = (*Gate)(nil)
