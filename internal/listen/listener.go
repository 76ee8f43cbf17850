// Package listen takes connections of strangers at a bounded cost: so many at once, no more than a
// share of them from one address, none that holds an answer without reading it, and none whose
// requests can be read in two ways. It ends TLS where there is a certificate.
package listen

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Config is what a Listener is made of; Trusted and Certificates may be empty.
type Config struct {
	// Most bounds the connections. One address gets half of them, but for those of Trusted, which are
	// proxies that speak for many.
	Most    int
	Trusted []netip.Prefix
	// Certificates ends TLS on each connection.
	Certificates *Certificates
	Now          func() time.Time
	Log          *slog.Logger
}

// Listener takes connections within bounds.
type Listener struct {
	net.Listener
	c Config
	// patience is how long a stride of an answer may take.
	patience time.Duration

	mu   sync.Mutex
	all  int
	from map[netip.Addr]int
	// told is when each trouble was logged last.
	told map[string]time.Time
}

// tellEvery is how often the same trouble is logged while it lasts: strangers must not fill the log.
const tellEvery = 10 * time.Second

// New returns a listener that takes the connections of another one.
func New(l net.Listener, c Config) *Listener {
	return &Listener{Listener: l, c: c, patience: strideTime, from: map[netip.Addr]int{}, told: map[string]time.Time{}}
}

// Accept returns the next connection that is within the bounds; others are closed. An error is logged
// here, since it is the machine's trouble and not a caller's.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				l.tell("connections cannot be taken", slog.LevelError, "error", err)
			}
			return nil, err
		}
		from := remote(raw)
		if why := l.enter(from); why != "" {
			l.tell(why, slog.LevelWarn, "from", from.String(), "most", l.c.Most)
			_ = raw.Close()
			continue
		}
		return newConn(&brisk{Conn: raw, patience: l.patience, leave: func() { l.leave(from) }}, l.c.Certificates), nil
	}
}

// enter counts a connection, or says why there is no room for it.
func (l *Listener) enter(from netip.Addr) (why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.all >= l.c.Most:
		return "a connection was closed because there are as many as may be"
	case l.from[from] >= max(1, l.c.Most/2) && !l.trusts(from):
		return "a connection was closed because its address has its share"
	}
	l.all++
	l.from[from]++
	return ""
}

func (l *Listener) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(l.c.Trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

func (l *Listener) leave(from netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.from[from]--; l.from[from] == 0 {
		delete(l.from, from)
	}
}

// tell logs a trouble unless it was logged just before.
func (l *Listener) tell(what string, level slog.Level, keys ...any) {
	l.mu.Lock()
	now := l.c.Now()
	quiet := now.Sub(l.told[what]) < tellEvery
	if !quiet {
		l.told[what] = now
	}
	l.mu.Unlock()
	if !quiet {
		l.c.Log.Log(context.Background(), level, what, keys...)
	}
}

// remote is the address of the other side, or of its network where that is one customer's: 64 bits of
// IPv6.
func remote(c net.Conn) netip.Addr {
	at, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	a := at.AddrPort().Addr().Unmap().WithZone("")
	if a.Is6() && !a.IsLoopback() {
		return netip.PrefixFrom(a, 64).Masked().Addr()
	}
	return a
}
