package api

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
)

// Limit bounds how often each caller comes. Take charges one and returns zero, or returns how long it
// must wait.
type Limit interface {
	Take(caller string) (wait time.Duration)
}

// Limits are those of this service's own. One that is nil bounds nobody.
type Limits struct {
	// Client is each client's of an organisation, Organisation that of all clients of a partner or fleet.
	Client, Organisation Limit
	// Token is that of a client at the token endpoints, from one address. Without the address anybody
	// could keep a client from its tokens by asking in its name.
	Token Limit
	// Address is that of an address for what needs no token.
	Address Limit
	// Proxies are the addresses whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
}

// admit refuses a caller that comes too often, before anything is asked of the store.
func (l Limits) admit(who access.Principal) error {
	of, org := "partner", who.Partner.ID.String()
	if who.IsFleet() {
		of, org = "fleet", who.Fleet.ID.String()
	}
	// Several organisations may have clients of one name, at an issuer that is none of ours.
	if err := take(l.Client, org+" "+who.Client, "this client sends more requests than the operator allows"); err != nil {
		return err
	}
	return take(l.Organisation, org,
		"the clients of this "+of+" together send more requests than the operator allows")
}

// forStrangers is for routes that need no token.
func (s *Server) forStrangers(do answerer) answerer {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
		if err := s.Limits.admitStranger(r); err != nil {
			return err
		}
		return do(w, r, who, q)
	}
}

// admitStranger is admit for a request that needs no token.
func (l Limits) admitStranger(r *http.Request) error {
	return take(l.Address, l.AddressOf(r), "more requests without a token come from this address than the operator allows")
}

// admitClient is admit for a client that asks for tokens. It must not tell whether there is such a
// client, so it counts for any id.
func (l Limits) admitClient(r *http.Request, client string) error {
	// A stranger must not fill the memory by long ids.
	return take(l.Token, l.AddressOf(r)+" "+client[:min(len(client), maxKey)],
		"this client asks for tokens more often than the operator allows; keep a token until shortly before it expires")
}

func take(l Limit, caller, why string) error {
	if l == nil {
		return nil
	}
	if wait := l.Take(caller); wait > 0 {
		return &problem.Error{Code: problem.TooMany, Detail: why, RetryAfter: wait}
	}
	return nil
}

// AddressOf is from where a request came, as one customer has it: of IPv6 the network of 64 bits.
func (l Limits) AddressOf(r *http.Request) string {
	from, ok := l.From(r)
	switch {
	case !ok:
		return r.RemoteAddr
	case from.Is6():
		return netip.PrefixFrom(from.WithZone(""), 64).Masked().String()
	}
	return from.String()
}

// From is from where a request came, as far as that can be believed: of X-Forwarded-For each entry
// counts that a proxy of the operator's has added, from the last one on.
func (l Limits) From(r *http.Request) (from netip.Addr, ok bool) {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return from, false
	}
	from = at.Addr().Unmap()
	told := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(told) - 1; i >= 0 && l.trusts(from); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(told[i]))
		if err != nil {
			break
		}
		from = before.Unmap()
	}
	return from, true
}

func (l Limits) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(l.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}
