package postgres_test

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proxy stands before a server and loses what it is told to.
type proxy struct {
	url    string
	target string
	// loses is what becomes of the next request.
	loses atomic.Int32
	mu    sync.Mutex
	open  []net.Conn
	// late is what each connection was sent after it was cut.
	late [][]byte
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
	// allAnswers are lost, and the connection is cut for them alone: what is sent all the same is kept.
	allAnswers
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
	var lost, cut atomic.Bool
	go func() {
		var late []byte
		p.pass(client, server, func(sent []byte) bool {
			if cut.Load() {
				late = append(late, sent...)
				return true
			}
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
			case allAnswers:
				p.loses.Store(nothing)
				cut.Store(true)
				_ = client.(*net.UnixConn).CloseWrite()
				return true
			}
			return false
		})
		if cut.Load() {
			p.mu.Lock()
			p.late = append(p.late, late)
			p.mu.Unlock()
		}
		_ = server.Close()
	}()
	go func() {
		p.pass(server, client, func([]byte) bool {
			if lost.Load() && p.loses.Load() != everything {
				_ = client.Close()
			}
			return lost.Load()
		})
		_ = client.Close()
	}()
}

// pass passes on what it reads unless it is lost.
func (p *proxy) pass(from io.Reader, to io.Writer, loses func(sent []byte) bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if loses(buffer[:n]) {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// sentLate waits until so many connections that were cut are ended, and returns what each was sent after that.
func (p *proxy) sentLate(ended int) [][]byte {
	for {
		p.mu.Lock()
		late := p.late
		p.mu.Unlock()
		if len(late) >= ended {
			return late
		}
		time.Sleep(10 * time.Millisecond)
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
