package outbound

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
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
)

// Receiver returns a client for webhook receivers that keeps to the policy: a receiver that it
// forbids ends in an error that holds a *Refusal. The timeout bounds a request in all, from
// dialling to the end of the answer's body. Redirects are not followed and are answers like
// any other, without their Location. Each client has a pool of connections of its own: make
// one and share it.
func Receiver(policy Policy, timeout time.Duration) *http.Client {
	g := policy.guard()
	return &http.Client{Transport: guarded{g, receiverTransport(g)}, CheckRedirect: keepAnswer, Timeout: timeout}
}

// TSP returns a client for TSPs. It has no overall timeout, because contexts bound the calls,
// and follows no redirect, because that could carry credentials to another host. It uses the
// proxy of the environment (HTTPS_PROXY), as on-premises networks ask for.
//
// Credentials may name a host of their own, which is user input, so addresses are held against
// the policy at the moment of connecting. The URLs in trusted, which the operator configured,
// and the proxies are exempt. Each client has a pool of connections of its own: make one and
// share it.
func TSP(policy Policy, trusted ...string) *http.Client {
	return &http.Client{Transport: tspTransport(policy.guard(), hosts(trusted)), CheckRedirect: keepAnswer}
}

// hosts returns the "host:port" of URLs, those of the environment's proxies added.
func hosts(urls []string) map[string]bool {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		urls = append(urls, os.Getenv(name))
	}
	out := map[string]bool{}
	for _, raw := range urls {
		u, err := url.Parse(raw)
		if err != nil || u.Hostname() == "" {
			continue
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80"}[u.Scheme]
		}
		if port == "" {
			port = "443"
		}
		out[net.JoinHostPort(u.Hostname(), port)] = true
	}
	return out
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

// receiverTransport has no proxy, because a proxy would resolve and connect behind the back
// of the policy, and asks for no compression, because answers are thrown away.
func receiverTransport(g *guard) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout, Control: g.control}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    tlsTimeout,
		MaxIdleConns:           idleConns,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: receiverHeaders,
		DisableCompression:     true,
	}
}

func tspTransport(g *guard, trusted map[string]bool) *http.Transport {
	free := &net.Dialer{Timeout: dialTimeout}
	held := &net.Dialer{Timeout: dialTimeout, Control: g.controlHost}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if trusted[address] {
				return free.DialContext(ctx, network, address)
			}
			return held.DialContext(ctx, network, address)
		},
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
