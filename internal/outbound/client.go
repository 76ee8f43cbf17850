package outbound

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The bounds of connections; maxHeaderBytes is for TSPs.
const (
	dialTimeout     = 10 * time.Second
	tlsTimeout      = 10 * time.Second
	idleTimeout     = 90 * time.Second
	idleConns       = 1024
	idlePerHost     = 64
	maxHeaderBytes  = 256 << 10
	receiverHeaders = 64 << 10
	// Idle connections hold descriptors, and there are more receivers than TSPs. One receiver gets at most
	// as many requests at once.
	receiverIdle        = 512
	receiverIdlePerHost = 256
)

// Receiver returns a client for webhook receivers that keeps to the policy: a receiver that it
// forbids ends in an error that holds a *Refusal. The timeout bounds a request in all, from
// dialling to the end of the answer's body. Redirects are not followed and are answers like
// any other, without their Location. Each client has a pool of connections of its own: make
// one and share it.
func Receiver(policy Policy, timeout time.Duration) *http.Client {
	return receiverClient(policy, here(), timeout)
}

func receiverClient(policy Policy, n network, timeout time.Duration) *http.Client {
	g := policy.guard()
	return &http.Client{Transport: guarded{g, receiverTransport(g, n)}, CheckRedirect: keepAnswer, Timeout: timeout}
}

// TSP returns a client for one TSP. It has no overall timeout, because contexts bound the calls,
// and follows no redirect, because that could carry credentials to another host.
//
// Credentials may name a host of their own, which is user input, so addresses are held against
// the policy at the moment of connecting, also behind a proxy. The hosts of own are exempt: URLs
// of this TSP alone that the operator or its adapter gives. Each client has a pool of connections
// of its own: make one and share it.
func TSP(policy Policy, own ...string) *http.Client {
	return tspClient(policy, here(), own)
}

func tspClient(policy Policy, n network, own []string) *http.Client {
	g := policy.guard()
	held := tspTransport(way{n, g, g.controlHost}.dial)
	free := tspTransport((&net.Dialer{Timeout: dialTimeout}).DialContext)
	free.Proxy = func(r *http.Request) (*url.URL, error) { return n.proxy(r.URL) }
	return &http.Client{Transport: &split{hosts(own), free, held}, CheckRedirect: keepAnswer}
}

// split sends requests for a TSP's own hosts one way and those for hosts that callers chose another,
// so that what is free for the one, as the proxy's own address, is not for the other.
type split struct {
	own        map[string]bool
	free, held *http.Transport
}

// RoundTrip sends the request by its host.
func (s *split) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.own[hostPort(r.URL)] {
		return s.free.RoundTrip(r)
	}
	return s.held.RoundTrip(r)
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach both pools.
func (s *split) CloseIdleConnections() {
	s.free.CloseIdleConnections()
	s.held.CloseIdleConnections()
}

// hosts returns the "host:port" of URLs; what names no host is left out.
func hosts(urls []string) map[string]bool {
	out := map[string]bool{}
	for _, raw := range urls {
		if u, err := url.Parse(raw); err == nil && u.Hostname() != "" {
			out[hostPort(u)] = true
		}
	}
	return out
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), cmp.Or(port, "443"))
}

func keepAnswer(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// guarded checks the URL again before each request: a stored one may date from a time in
// which the operator allowed more.
type guarded struct {
	guard *guard
	next  *http.Transport
}

// RoundTrip sends the request if the policy lets its URL pass.
func (t guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.guard.checkURL(r.URL); err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	plain(answer)
	return answer, nil
}

// plain takes from an answer what could withhold it from the caller. http.Client reads the
// Location even of a redirect that it does not follow, and fails if it cannot; and no timeout
// reaches a connection that switched protocols, so reading it could last for ever.
func plain(answer *http.Response) {
	answer.Header.Del("Location")
	if answer.StatusCode == http.StatusSwitchingProtocols {
		_ = answer.Body.Close()
		answer.Body = http.NoBody
	}
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the pool.
func (t guarded) CloseIdleConnections() { t.next.CloseIdleConnections() }

// receiverTransport asks for no compression, because answers are thrown away.
func receiverTransport(g *guard, n network) *http.Transport {
	return &http.Transport{
		DialContext:            way{n, g, g.control}.dial,
		TLSHandshakeTimeout:    tlsTimeout,
		MaxIdleConns:           receiverIdle,
		MaxIdleConnsPerHost:    receiverIdlePerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: receiverHeaders,
		DisableCompression:     true,
	}
}

func tspTransport(dial func(context.Context, string, string) (net.Conn, error)) *http.Transport {
	return &http.Transport{
		DialContext:            dial,
		TLSHandshakeTimeout:    tlsTimeout,
		MaxIdleConns:           idleConns,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ForceAttemptHTTP2:      true,
		// An HTTP/2 connection that died silently would swallow call after call without pings.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
	}
}
