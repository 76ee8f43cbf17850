//go:build unix

package riversource_test

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
)

// line is the network between one replica and the database.
type line struct {
	mu sync.Mutex
	// open is closed while what is sent arrives.
	open  chan struct{}
	cut   bool
	links map[*link]bool
	// network and address are the database's.
	network, address string
}

// link is one connection of a line.
type link struct {
	client, server net.Conn
	// listens tells that LISTEN was sent by it; silent is closed while it carries nothing any more.
	listens bool
	silent  chan struct{}
}

// newLine returns a line that carries everything.
func newLine() *line {
	l := &line{open: make(chan struct{}), links: map[*link]bool{}}
	close(l.open)
	return l
}

// through has a replica reach the database by the line.
func (l *line) through(t *testing.T) func(*riversource.Config) {
	t.Helper()
	near, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.sever(); _ = near.Close() })
	return func(c *riversource.Config) {
		config := c.Pool.Config()
		dial := config.ConnConfig.DialFunc
		config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
			// Who cancels what he asked for dials whom he talks to.
			network, address = l.beyond(near.Addr().String(), network, address)
			server, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.cut {
				return nil, net.ErrClosed
			}
			client, err := net.Dial("tcp", near.Addr().String())
			if err != nil {
				return nil, err
			}
			far, err := near.Accept()
			if err != nil {
				return nil, err
			}
			k := &link{client: far, server: server, silent: make(chan struct{})}
			l.links[k] = true
			go l.carry(k, far, server)
			go l.carry(k, server, far)
			return client, nil
		}
		pool, err := pgxpool.NewWithConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		c.Pool = pool
	}
}

// beyond is where the database is, for whoever dials it or the near end of the line.
func (l *line) beyond(near, network, address string) (string, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if address != near {
		l.network, l.address = network, address
	}
	return l.network, l.address
}

// carry brings bytes from one end to the other, when the line is open.
func (l *line) carry(k *link, from, to net.Conn) {
	defer func() { _, _ = from.Close(), to.Close() }()
	for buffer := make([]byte, 64<<10); ; {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		l.mu.Lock()
		k.listens = k.listens || from == k.client && bytes.Contains(buffer[:n], []byte("LISTEN"))
		open := l.open
		l.mu.Unlock()
		select {
		case <-k.silent:
			// It stays as it is: nobody is told that nothing arrives.
			continue
		case <-open:
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// freeze holds back everything until the line is thawed.
func (l *line) freeze() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = make(chan struct{})
}

// thaw lets everything arrive that was held back.
func (l *line) thaw() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.open)
}

// sever ends all connections, and lets no new ones be made.
func (l *line) sever() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for k := range l.links {
		_, _ = k.client.Close(), k.server.Close()
	}
}

// deafen has the connections by which the replica listens carry nothing any more, and tells how many do.
func (l *line) deafen() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for k := range l.links {
		if k.listens {
			close(k.silent)
			k.listens = false
			n++
		}
	}
	return n
}
