package outbound

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// CheckURL reports what is wrong with a receiver's URL as far as can be told without
// resolving its host, as a *Refusal. Addresses behind names are judged at connect time.
func (p Policy) CheckURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return &Refusal{"is not a URL; send an absolute one, such as https://example.com/hooks", err}
	}
	return p.guard().checkURL(u)
}

func (g *guard) checkURL(u *url.URL) error {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return refuse("must begin with https://; send an absolute one, such as https://example.com/hooks")
	case host == "":
		return refuse("names no host; send an absolute one, such as https://example.com/hooks")
	case u.User != nil:
		return refuse("must not hold a user name or password; remove the part before the @, " +
			"because the signature proves who sends")
	case u.Fragment != "":
		return refuse("must not have a fragment, because it is never sent; remove the # and what follows it")
	}
	literal, err := netip.ParseAddr(host)
	isLiteral := err == nil // otherwise literal is the zero Addr, which is neither valid nor trusted
	if u.Scheme == "http" && !g.mayUseHTTP(host, literal) {
		return refuse("must use https, because plain http would show events to anyone on the way; http is accepted only " +
			"for literal addresses that the operator lists in WAYBILL_OUTBOUND_ALLOW, and for this machine in dev mode")
	}
	if isLiteral {
		return g.checkLiteral(literal, u)
	}
	return g.checkName(host, u)
}

func (g *guard) mayUseHTTP(host string, literal netip.Addr) bool {
	local := isLocalName(host) || literal.Unmap().IsLoopback()
	return local && g.AllowLoopback && g.AllowHTTP || literal.IsValid() && g.listed(literal)
}

func (g *guard) checkLiteral(a netip.Addr, u *url.URL) error {
	port, err := portOf(u)
	if err != nil || g.trusted(a) {
		return err
	}
	if err := g.public.SafeAddr(a.Unmap()); err != nil {
		return &Refusal{"leads to " + a.String() + ", which is private, reserved or on this machine; use a public " +
			"address, or ask the operator to add its network to WAYBILL_OUTBOUND_ALLOW", err}
	}
	return checkPort(port)
}

// checkName leaves the port of an ordinary name to connect time, when it is known whether the
// address behind the name is one that the operator allows on any port.
func (g *guard) checkName(host string, u *url.URL) error {
	if _, err := portOf(u); err != nil {
		return err
	}
	if isLocalName(host) && !g.trusted(netip.AddrFrom4([4]byte{127, 0, 0, 1})) {
		return refuse("leads to %s, which is on this machine, where receivers cannot be; use a public host, "+
			"or dev mode, in which local receivers are accepted", host)
	}
	return nil
}

// isLocalName follows RFC 6761, section 6.3: localhost and all names below it are loopback.
func isLocalName(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func portOf(u *url.URL) (uint16, error) {
	switch text := u.Port(); {
	case text == "" && u.Scheme == "http":
		return 80, nil
	case text == "":
		return 443, nil
	default:
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 {
			return 0, refuse("names %q, which is not a port; ports are numbers from 1 to 65535", text)
		}
		return uint16(port), nil
	}
}
