// Package outbound is the only place where an http.Client for foreign hosts is made. Webhook
// receivers are user input, and so are the hosts that credentials name, so a Policy decides
// which addresses they may have, at the moment of connecting and after resolution; the base
// URLs that an operator configures are trusted.
package outbound

import (
	"fmt"
	"net/netip"
	"slices"
	"syscall"

	"code.dny.dev/ssrf"
)

// Policy says which receivers may be reached. The zero value is the strict one of production:
// https only, public addresses only, port 443 or an unprivileged port (1024 and above).
type Policy struct {
	// Allow lists networks that an operator trusts (WAYBILL_OUTBOUND_ALLOW): addresses inside
	// them may be private, have any port and, as literal addresses, use plain http.
	Allow []netip.Prefix
	// AllowLoopback lets receivers on this machine be reached on any port (dev mode).
	AllowLoopback bool
	// AllowHTTP lets receivers on this machine use plain http; it means nothing without
	// AllowLoopback (dev mode).
	AllowHTTP bool
	// ProxyJudges says that the proxies of the environment keep our requests off private addresses, so
	// that they are asked for names, and names need not be resolved here.
	ProxyJudges bool
}

// Refusal is a URL or an address that the policy does not let us reach. Its text is for the
// partner: of receivers it completes "the URL …", it says what is wrong and what to do, and never
// names an address that the partner did not write, because that would tell what our resolver knows.
type Refusal struct {
	Reason string
	// Err is the finding for the operator's log, which may name the resolved address.
	Err error
}

// Error returns the text for the partner.
func (r *Refusal) Error() string { return r.Reason }

// Unwrap returns the finding for the operator.
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(format string, args ...any) *Refusal {
	return &Refusal{Reason: fmt.Sprintf(format, args...)}
}

// azureWireServer hands out machine credentials like a metadata address, and yet is public.
// https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
var azureWireServer = netip.MustParsePrefix("168.63.129.16/32")

// guard is a policy made ready for use.
type guard struct {
	Policy
	public *ssrf.Guardian
}

func (p Policy) guard() *guard {
	return &guard{p, ssrf.New(ssrf.WithAnyPort(), ssrf.WithDeniedV4Prefixes(azureWireServer))}
}

// control is a net.Dialer.Control: it sees each address that a name resolved to, right before
// the connection is made, so a name cannot change its address behind the check.
func (g *guard) control(network, address string, raw syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return &Refusal{"leads to no usable network address", err}
	}
	if g.trusted(target.Addr()) {
		return nil
	}
	if err := g.public.Safe(network, address, raw); err != nil {
		return &Refusal{"leads to an address that is private, reserved or on this machine; use a public " +
			"address, or ask the operator to add its network to WAYBILL_OUTBOUND_ALLOW", err}
	}
	return checkPort(target.Port())
}

// controlHost is the control for hosts that credentials name: any port, no private address.
func (g *guard) controlHost(network, address string, raw syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return &Refusal{"the host has no usable network address", err}
	}
	if g.trusted(target.Addr()) {
		return nil
	}
	if err := g.public.Safe(network, address, raw); err != nil {
		return &Refusal{"the host resolves to an address that is private, reserved or on this machine; use a public one, " +
			"or ask the operator to add its network to WAYBILL_OUTBOUND_ALLOW", err}
	}
	return nil
}

// trusted reports whether the operator vouches for an address, whatever its port.
func (g *guard) trusted(a netip.Addr) bool {
	return g.AllowLoopback && a.Unmap().IsLoopback() || g.listed(a)
}

// listed reports whether an address is inside Allow.
func (g *guard) listed(a netip.Addr) bool {
	return slices.ContainsFunc(g.Allow, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}

// checkPort keeps receivers away from the well-known ports of other services, such as mail.
func checkPort(port uint16) error {
	if port == 443 || port >= 1024 {
		return nil
	}
	return refuse("leads to port %d, which is not open to receivers; use port 443 or one from 1024 up, or ask the "+
		"operator to add the host's network to WAYBILL_OUTBOUND_ALLOW", port)
}
