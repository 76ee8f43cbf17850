// Package config is the configuration of the program: one struct, its defaults, and the variables
// of the environment that set it. Values come from defaults, then the environment, then flags.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"runtime"
	"time"
)

// Config is everything that an operator can set.
type Config struct {
	// Addr is where the API listens.
	Addr string
	// DatabaseURL is a file path, or sqlite:///path.
	DatabaseURL string
	// Key opens the secrets at rest: 32 random bytes in base64.
	Key string
	// KeyFile names a file that holds Key.
	KeyFile string
	// OutboundAllow lists address ranges that webhooks and TSPs' hosts may be in although private.
	OutboundAllow []netip.Prefix
	// MaxAge bounds how long an operation may wait for its end.
	MaxAge time.Duration
	// CallDeadline bounds one attempt at a TSP.
	CallDeadline time.Duration
	// Settling is how long after a cut call "not found" at the TSP proves nothing; zero leaves it to
	// what each adapter declares.
	Settling time.Duration
	// ImportEvery is how long after an import of a kind the next one begins.
	ImportEvery time.Duration
	// ImportHistory is how far back the first import of messages, inspections and other events reaches.
	ImportHistory time.Duration
	// IgnoreUnknown lets query parameters pass that the API does not know; a header names them.
	IgnoreUnknown bool
	// MaxSubscriptions bounds the webhook subscriptions of a partner.
	MaxSubscriptions int
	// LogLevel is the least that is logged.
	LogLevel slog.Level

	// BaseURLs and Limits are by the TSP's name; those of Limits by the limit's key too.
	BaseURLs map[string]string
	Limits   map[string]map[string]Rate
}

// Rate replaces a limit that an adapter declares, where an operator has agreed on another
// one with the TSP.
type Rate struct {
	Events int
	Period time.Duration
}

// Default returns the configuration before anything is set.
func Default() Config {
	return Config{Addr: "127.0.0.1:8080", MaxAge: 72 * time.Hour, CallDeadline: 30 * time.Second, ImportEvery: 10 * time.Minute,
		ImportHistory: 168 * time.Hour, MaxSubscriptions: 1000, BaseURLs: map[string]string{}, Limits: map[string]map[string]Rate{}}
}

// ErrNoKey is what KeyText answers where no key is set.
var ErrNoKey = errors.New("no key is set; make one with `(umask 077; openssl rand -base64 32 > key)` and set " +
	keyFileVariable + " to the path of that file")

// KeyText returns the operator's key as given, and the variable that gave it. A file that others on
// the machine may read is refused.
func (c Config) KeyText() (text, variable string, err error) {
	switch {
	case c.Key != "":
		return c.Key, keyVariable, nil
	case c.KeyFile == "":
		return "", "", ErrNoKey
	}
	info, err := os.Stat(c.KeyFile)
	if err != nil {
		return "", keyFileVariable, fmt.Errorf("reading the file of %s: %w", keyFileVariable, err)
	}
	if mode := info.Mode().Perm(); mode&0o007 != 0 && runtime.GOOS != "windows" {
		return "", keyFileVariable, fmt.Errorf("%s: every user of this machine may use %s (mode %04o); take that from "+
			"them with chmod 600, or mount it with that mode", keyFileVariable, c.KeyFile, mode)
	}
	raw, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return "", keyFileVariable, fmt.Errorf("reading the file of %s: %w", keyFileVariable, err)
	}
	return string(raw), keyFileVariable, nil
}
