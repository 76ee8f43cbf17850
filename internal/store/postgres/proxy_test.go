package postgres_test

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy stands before a server and loses what it is told to.
type proxy struct {
	url    string
	target string
	// loses is what becomes of the next request.
	loses atomic.Int32
	mu    sync.Mutex
	open  []net.Conn
	// refuses makes it close new connections.
	refuses atomic.Bool
}

const (
	nothing int32 = iota
	// theRequest is lost before the server gets it, and theAnswer before the client does. Then the connection is cut.
	theRequest
	theAnswer
	// everything is lost without a sign: the connection stays.
	everything
)

// before starts a proxy before the server of a URL, until the test ends.
func before(t *testing.T, url string) *proxy {
	t.Helper()
	dir := t.TempDir()
	at, host, _ := strings.Cut(url, "?host=")
	p := &proxy{url: at + "?host=" + dir, target: filepath.Join(host, ".s.PGSQL.5432")}
	l, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
	})
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.serve(client)
		}
	}()
	return p
}

func (p *proxy) serve(client net.Conn) {
	server, err := net.Dial("unix", p.target)
	if err != nil || p.refuses.Load() {
		_ = client.Close()
		return
	}
	p.mu.Lock()
	p.open = append(p.open, client, server)
	p.mu.Unlock()
	var lost atomic.Bool
	go func() {
		p.pass(client, server, func() bool {
			switch p.loses.Load() {
			case theRequest:
				p.loses.Store(nothing)
				_ = client.Close()
				return true
			case theAnswer:
				p.loses.Store(nothing)
				lost.Store(true)
			case everything:
				lost.Store(true)
				return true
			}
			return false
		})
		_ = server.Close()
	}()
	go func() {
		p.pass(server, client, func() bool {
			if lost.Load() && p.loses.Load() != everything {
				_ = client.Close()
			}
			return lost.Load()
		})
		_ = client.Close()
	}()
}

// pass passes on what it reads unless it is lost.
func (p *proxy) pass(from io.Reader, to io.Writer, loses func() bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if loses() {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// cut ends all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.open {
		_ = c.Close()
	}
	p.open = nil
}
