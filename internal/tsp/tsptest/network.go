package tsptest

import (
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
)

// tspHost is the host at which the adapter finds the simulator.
const tspHost = "127.0.0.1:8765"

// network is connections in memory: every dial reaches the one server, and the network
// remembers the addresses that were meant.
type network struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
	mu     sync.Mutex
	dialed []string
}

func newNetwork() *network {
	return &network{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	n.dialed = append(n.dialed, address)
	n.mu.Unlock()
	near, far := net.Pipe()
	select {
	case n.conns <- far:
		return near, nil
	case <-n.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// elsewhere lists the addresses other than the TSP's that were dialled.
func (n *network) elsewhere() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var other []string
	for _, address := range n.dialed {
		if address != tspHost {
			other = append(other, address)
		}
	}
	return other
}

// met tells whether an address was dialled.
func (n *network) met(address string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Contains(n.dialed, address)
}

// Accept, Close and Addr make the network the listener of its server.
func (n *network) Accept() (net.Conn, error) {
	select {
	case conn := <-n.conns:
		return conn, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

func (n *network) Addr() net.Addr { return &net.IPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// serve starts the server and returns a client of it. The client follows redirects as
// net/http does, because adapters must not rely on a client that is careful.
func (n *network) serve(h http.Handler) (client *http.Client, stop func()) {
	server := &http.Server{Handler: h, ErrorLog: silent()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(n)
	}()
	transport := &http.Transport{DialContext: n.dial}
	return &http.Client{Transport: transport}, func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		<-done
	}
}
