package outbound

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// network is what the machine says of the way to others.
type network struct {
	// proxy returns the proxy for a URL; nil where it is reached without one.
	proxy   func(*url.URL) (*url.URL, error)
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
}

// here reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
func here() network {
	return network{httpproxy.FromEnvironment().ProxyFunc(), func(ctx context.Context, host string) ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}}
}

// way is how hosts are reached that others have chosen. A proxy would resolve and connect behind the
// back of the policy, so it is asked for an address that was judged here, and never for a name that
// could lead elsewhere a moment later.
type way struct {
	network
	guard   *guard
	control func(network, address string, raw syscall.RawConn) error
}

// dial connects to "host:port", through the proxy that the environment names for it.
func (w way) dial(ctx context.Context, network, address string) (net.Conn, error) {
	proxy, err := w.proxy(&url.URL{Scheme: "https", Host: address})
	if err != nil {
		return nil, &net.OpError{Op: "proxyconnect", Net: network, Err: errors.New("HTTPS_PROXY is no URL")}
	}
	if proxy == nil {
		dialer := net.Dialer{Timeout: dialTimeout, Control: w.control}
		return dialer.DialContext(ctx, network, address)
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	targets, err := w.targets(ctx, address)
	if err != nil {
		return nil, err
	}
	var conn net.Conn
	for _, target := range targets {
		if conn, err = connect(ctx, proxy, target); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// targets are what a proxy may be asked for to reach "host:port".
func (w way) targets(ctx context.Context, address string) ([]string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, &Refusal{"leads to no usable network address", err}
	}
	addresses := []netip.Addr{}
	literal, err := netip.ParseAddr(host)
	switch {
	case err == nil:
		addresses = append(addresses, literal)
	case w.guard.ProxyJudges && !isLocalName(strings.ToLower(strings.TrimSuffix(host, "."))):
		return []string{address}, nil
	default:
		if addresses, err = w.resolve(ctx, host); err != nil {
			return nil, &unresolved{err}
		}
	}
	var out []string
	refused := error(&Refusal{"leads to no usable network address", nil})
	for _, a := range addresses {
		target := net.JoinHostPort(a.Unmap().String(), port)
		network := "tcp4"
		if a.Unmap().Is6() {
			network = "tcp6"
		}
		if err := w.control(network, target, nil); err != nil {
			refused = err
			continue
		}
		out = append(out, target)
	}
	if len(out) == 0 {
		return nil, refused
	}
	return out, nil
}

// unresolved is a name that only a proxy might have resolved.
type unresolved struct{ error }

func (u *unresolved) Unwrap() error { return u.error }

// refusedByProxy is a proxy that does not let us through.
type refusedByProxy struct{ status string }

func (r *refusedByProxy) Error() string { return "the proxy answers CONNECT with " + r.status }

// connect asks a proxy for a way to an address.
func connect(ctx context.Context, proxy *url.URL, target string) (net.Conn, error) {
	conn, err := dialProxy(ctx, proxy)
	if err != nil {
		return nil, &net.OpError{Op: "proxyconnect", Net: "tcp", Err: err}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: http.Header{}}
	if user := proxy.User; user != nil {
		password, _ := user.Password()
		request.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	err = request.Write(conn)
	if err == nil {
		err = admitted(conn, request)
	}
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func dialProxy(ctx context.Context, proxy *url.URL) (net.Conn, error) {
	var dialer interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	} = &net.Dialer{}
	switch proxy.Scheme {
	case "http":
	case "https":
		dialer = &tls.Dialer{}
	default:
		return nil, refuse("is not reached through the proxy of this installation, because that is no HTTP proxy; ask the " +
			"operator to name an HTTP one in HTTPS_PROXY, or the host in NO_PROXY")
	}
	return dialer.DialContext(ctx, "tcp", hostPort(proxy))
}

// admitted reads a proxy's answer. Whoever connects speaks first, so that nothing of the host can
// have come behind it.
func admitted(conn net.Conn, request *http.Request) error {
	limited := bufio.NewReader(io.LimitReader(conn, receiverHeaders))
	answer, err := http.ReadResponse(limited, request)
	switch {
	case err != nil:
		return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: err}
	case answer.StatusCode != http.StatusOK:
		return &refusedByProxy{answer.Status}
	case limited.Buffered() > 0:
		return &refusedByProxy{answer.Status + " and more than was asked for"}
	}
	return nil
}
