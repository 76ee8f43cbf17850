package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-dev/waybill/internal/problem"
)

// What the other side must read of an answer in how much time: at less than 1 KiB in a second a
// connection only holds memory. The kernel takes some hundred KiB on top that nobody waits for.
const (
	stride     = 16 << 10
	strideTime = 15 * time.Second
)

// brisk is a connection whose writes fail when the other side reads too slowly. An answer as a whole
// may take any time, so that a large one can go to a slow reader.
type brisk struct {
	net.Conn
	leave func()
	once  sync.Once
	// patience is how long a stride may take.
	patience time.Duration

	mu sync.Mutex
	// until is the deadline that was set from outside; zero if none is.
	until time.Time
}

// Write writes stride by stride, each with its own deadline.
func (c *brisk) Write(p []byte) (n int, err error) {
	for first := true; first || n < len(p); first = false {
		if err := c.allow(time.Now().Add(c.patience)); err != nil {
			return n, err
		}
		wrote, err := c.Conn.Write(p[n:min(n+stride, len(p))])
		if n += wrote; err != nil {
			return n, err
		}
	}
	return n, nil
}

func (c *brisk) allow(until time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.until.IsZero() && c.until.Before(until) {
		until = c.until
	}
	return c.Conn.SetWriteDeadline(until)
}

// SetWriteDeadline keeps what others wish, which may be earlier than the stride's end.
func (c *brisk) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline is that of reading, and of writing as above.
func (c *brisk) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// CloseWrite ends what is written, so that the other side can read it all before the connection ends.
func (c *brisk) CloseWrite() error { return closeWrite(c.Conn) }

// Close gives back the connection's place.
func (c *brisk) Close() error {
	c.once.Do(c.leave)
	return c.Conn.Close()
}

func closeWrite(c net.Conn) error {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// conn is a connection as the HTTP server sees it: without TLS, and with an eye on how its requests
// are framed.
type conn struct {
	net.Conn
	secure *tls.Conn
	frame  frame
	broken atomic.Pointer[string]
}

func newConn(raw *brisk, certificates *Certificates) net.Conn {
	c := &conn{Conn: raw}
	if certificates != nil {
		c.secure = tls.Server(c.Conn, certificates.config())
		c.Conn = c.secure
	}
	return c
}

// Read looks at what it reads.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	var plain tls.RecordHeaderError
	if errors.As(err, &plain) && plain.Conn != nil && looksLikeHTTP(plain.RecordHeader) {
		_, _ = io.WriteString(plain.Conn, "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n"+
			"this address speaks HTTPS; use https:// for it\n")
		return 0, net.ErrClosed
	}
	if why := c.frame.feed(p[:n]); why != "" {
		c.broken.CompareAndSwap(nil, &why)
	}
	return n, err
}

// looksLikeHTTP tells whether the first bytes of a connection are those of a method.
func looksLikeHTTP(b [5]byte) bool {
	switch string(b[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "PATCH", "DELET", "OPTIO":
		return true
	}
	return false
}

// CloseWrite is that of what is below.
func (c *conn) CloseWrite() error { return closeWrite(c.Conn) }

type connKey struct{}

// WithConn is what an http.Server needs as ConnContext, so that Check knows the connection.
func WithConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// Check tells what is wrong with the connection by which a request came, after which it must be closed:
// its requests cannot be told apart. It also lets the request know of TLS.
func Check(r *http.Request) error {
	c, ok := r.Context().Value(connKey{}).(*conn)
	if !ok {
		return nil
	}
	if c.secure != nil {
		state := c.secure.ConnectionState()
		r.TLS = &state
	}
	if why := c.broken.Load(); why != nil {
		return problem.New(problem.BadRequest, "%s", *why)
	}
	return nil
}
