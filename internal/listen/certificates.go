package listen

import (
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"
)

// lookEvery is how often a handshake looks whether the files of the certificate have changed.
const lookEvery = time.Second

// leastRSA is the shortest key of RSA that is not weak, in bits (NIST SP 800-131A).
const leastRSA = 2048

// Certificates hold the certificate that handshakes show. It is read again when its files change, so
// that a renewed one counts for the next connection; connections that there are go on. One that cannot
// be used is logged, and the one before stays.
type Certificates struct {
	cert, key string
	now       func() time.Time
	log       *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	// looked is when the files were looked at last, and seen what they were then.
	looked time.Time
	seen   [2]version
}

// version is what changes when a file does.
type version struct {
	at   time.Time
	size int64
	mode fs.FileMode
}

// LoadCertificates reads a certificate with its chain and its key, both in PEM. A key that others on
// the machine may read is refused, and so is a weak one.
func LoadCertificates(cert, key string, now func() time.Time, log *slog.Logger) (*Certificates, error) {
	c := &Certificates{cert: cert, key: key, now: now, log: log}
	var err error
	if c.seen, err = c.versions(); err != nil {
		return nil, err
	}
	c.looked = now()
	c.current, err = c.load()
	return c, err
}

// config is that of a connection. HTTP/2 is not offered: one connection of it can hold hundreds of
// answers that nobody reads; a proxy before the service gives it to those who want it.
func (c *Certificates) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.get(), nil }}
}

// get returns the certificate, a new one if there is.
func (c *Certificates) get() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if now.Sub(c.looked) < lookEvery {
		return c.current
	}
	c.looked = now
	seen, err := c.versions()
	if err == nil && seen == c.seen {
		return c.current
	}
	next := c.current
	if err == nil {
		next, err = c.load()
	}
	if err != nil {
		// Each state of the files is told once; files that are gone are told at each look.
		c.log.Error("the new certificate cannot be used; the one before stays", "error", err)
		c.seen = seen
		return c.current
	}
	c.log.Info("a new certificate is used", "expires", next.Leaf.NotAfter)
	// Of the files of the start the settings' warnings tell.
	if mode := seen[1].mode; mode&0o070 != 0 && runtime.GOOS != "windows" {
		c.log.Warn("the group of the certificate's key may use it; if that is not meant, take it from them with chmod 600",
			"file", c.key, "mode", fmt.Sprintf("%04o", mode))
	}
	c.current, c.seen = next, seen
	return next
}

func (c *Certificates) versions() (seen [2]version, err error) {
	for i, name := range []string{c.cert, c.key} {
		info, err := os.Stat(name)
		if err != nil {
			return seen, fmt.Errorf("reading the certificate: %w", err)
		}
		seen[i] = version{info.ModTime(), info.Size(), info.Mode().Perm()}
	}
	return seen, nil
}

func (c *Certificates) load() (*tls.Certificate, error) {
	info, err := os.Stat(c.key)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o007 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("every user of this machine may use the key %s (mode %04o); take that from them with "+
			"chmod 600", c.key, mode)
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate %s with the key %s: %w", c.cert, c.key, err)
	}
	if k, ok := pair.Leaf.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() < leastRSA {
		return nil, fmt.Errorf("the key %s is weak: RSA of %d bits; make one of %d or an elliptic one", c.key,
			k.N.BitLen(), leastRSA)
	}
	if now := c.now(); now.After(pair.Leaf.NotAfter) {
		return nil, errors.New("the certificate " + c.cert + " expired on " + pair.Leaf.NotAfter.Format(time.RFC3339) +
			"; renew it")
	}
	return &pair, nil
}
