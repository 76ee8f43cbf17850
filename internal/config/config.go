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
	// DatabaseURL is a file path, sqlite:///path, or postgres://user@host/database.
	DatabaseURL string
	// Key opens the secrets at rest: 32 random bytes in base64.
	Key string
	// KeyFile names a file that holds Key.
	KeyFile string
	// OldKey and OldKeyFile are the key before a rotation, as Key and KeyFile are; only the command that
	// rotates takes one.
	OldKey, OldKeyFile string
	// SealAtRest seals receivers' URLs, payloads and events in the database.
	SealAtRest bool
	// OutboundAllow lists address ranges that webhooks and TSPs' hosts may be in although private.
	OutboundAllow []netip.Prefix
	// ProxyJudges says that the proxies of HTTPS_PROXY keep off private addresses themselves, and may be
	// asked for hosts by their names.
	ProxyJudges bool
	// MaxAge bounds how long an operation may wait for its end.
	MaxAge time.Duration
	// CallDeadline bounds one attempt at a TSP.
	CallDeadline time.Duration
	// Settling is how long after a cut call "not found" at the TSP proves nothing; zero leaves it to
	// what each adapter declares.
	Settling time.Duration
	// ImportEvery is how long after an import of a kind the next one begins.
	ImportEvery time.Duration
	// LanesAtOnce bounds the connections of one TSP that are worked at once, CallsAtOnce the writes that are
	// at TSPs at once, ImportsAtOnce the imports, and DeliveriesAtOnce the requests to receivers.
	LanesAtOnce, CallsAtOnce, ImportsAtOnce, DeliveriesAtOnce int
	// ImportHistory is how far back the first import of messages, inspections and other events reaches.
	ImportHistory time.Duration
	// IgnoreUnknown lets query parameters pass that the API does not know; a header names them.
	IgnoreUnknown bool
	// OIDC is an external issuer of tokens; OwnIssuerOff leaves it alone.
	OIDC         OIDC
	OwnIssuerOff bool
	// FleetsOnPurpose keeps connections from making fleets by the way.
	FleetsOnPurpose bool
	// KeepOperations is for how long operations are kept after they ended, and KeepRecords for how long records of
	// messages and other events are.
	KeepOperations, KeepRecords time.Duration
	// KeepEvents is for how long an event waits for a subscription that is stale or paused.
	KeepEvents time.Duration
	// KeepExchanges is for how many days the calls of attempts are kept; 0 keeps none.
	KeepExchanges int
	// ListDeadline bounds the time for which a list is read.
	ListDeadline time.Duration
	// MaxSubscriptions bounds the webhook subscriptions of a partner.
	MaxSubscriptions int
	// RateClient is how many requests a client may send, and RatePartner all clients of a partner or fleet
	// together. RateToken is how often a client may ask for tokens from one address, and RateAddress how
	// many requests without a token may come from one. Each allows twice as many at once.
	RateClient, RatePartner, RateToken, RateAddress Rate
	// MaxConnections bounds the connections of callers at once.
	MaxConnections int
	// TLSCert and TLSKey name the files of the certificate that connections are secured with; without
	// them there is no TLS.
	TLSCert, TLSKey string
	// TrustedProxies are the addresses of proxies whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// AdminAddr is where figures, health and profiles are served to operators; "" for nowhere. AdminRemote
	// lets it be an address that other machines reach.
	AdminAddr   string
	AdminRemote bool
	// DrainDelay is how long requests are still taken after a stop was asked for, so that whoever sends
	// them notices that the service is not ready.
	DrainDelay time.Duration
	// Console is the operators' web console.
	Console Console
	// Traces says where traces of operations go.
	Traces Traces
	// LogLevel is the least that is logged.
	LogLevel slog.Level

	// BaseURLs and Limits are by the TSP's name; those of Limits by the limit's key too. They replace what
	// an adapter declares, where an operator has agreed on something else with the TSP.
	BaseURLs map[string]string
	Limits   map[string]map[string]Rate
}

// Rate is a limit: Events each Period.
type Rate struct {
	Events int
	Period time.Duration
}

// Default returns the configuration before anything is set.
func Default() Config {
	return Config{Addr: "127.0.0.1:8080", MaxAge: 72 * time.Hour, CallDeadline: 30 * time.Second, ImportEvery: 10 * time.Minute,
		LanesAtOnce: 2000, CallsAtOnce: 10_000, ImportsAtOnce: 512, DeliveriesAtOnce: 512, ImportHistory: 168 * time.Hour,
		KeepOperations: 90 * day, KeepRecords: 90 * day, KeepEvents: 14 * day, KeepExchanges: 14, ListDeadline: 5 * time.Second,
		RateClient: Rate{5000, time.Second}, RatePartner: Rate{5000, time.Second},
		RateToken: Rate{20, time.Second}, RateAddress: Rate{100, time.Second}, MaxConnections: 1024, MaxSubscriptions: 1000,
		Console: defaultConsole(), Traces: Traces{Ratio: 1}, BaseURLs: map[string]string{}, Limits: map[string]map[string]Rate{}, OIDC: OIDC{Claims: defaultClaims()}}
}

// ErrNoKey is what KeyText answers where no key is set.
var ErrNoKey = errors.New("no key is set; make one with `(umask 077; openssl rand -base64 32 > key)` and set " +
	keyFileVariable + " to the path of that file")

// CheckNoOldKey refuses a key that has no effect.
func CheckNoOldKey(c Config) error {
	if c.OldKey != "" || c.OldKeyFile != "" {
		return fmt.Errorf("%s and %s are for `waybill key rotate` alone; leave them out here",
			oldKeyVariable, oldKeyFileVariable)
	}
	return nil
}

// KeyText returns the operator's key as given, and the variable that gave it. A file that others on
// the machine may read is refused.
func (c Config) KeyText() (text, variable string, err error) {
	if c.Key == "" && c.KeyFile == "" {
		return "", "", ErrNoKey
	}
	return keyText(c.Key, keyVariable, c.KeyFile, keyFileVariable)
}

// OldKeyText is KeyText of the key before a rotation; "" if none is set.
func (c Config) OldKeyText() (text, variable string, err error) {
	if c.OldKey == "" && c.OldKeyFile == "" {
		return "", "", nil
	}
	return keyText(c.OldKey, oldKeyVariable, c.OldKeyFile, oldKeyFileVariable)
}

func keyText(key, keyVariable, file, fileVariable string) (text, variable string, err error) {
	if key != "" {
		return key, keyVariable, nil
	}
	if err := keptFromOthers(file); err != nil {
		return "", fileVariable, fmt.Errorf("%s: %w", fileVariable, err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", fileVariable, fmt.Errorf("reading the file of %s: %w", fileVariable, err)
	}
	return string(raw), fileVariable, nil
}

// keptFromOthers tells what is wrong with a file that holds a key, if anybody on the machine may use it.
func keptFromOthers(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o007 != 0 && runtime.GOOS != "windows" {
		return fmt.Errorf("every user of this machine may use %s (mode %04o); take that from them with chmod 600, or "+
			"mount it with that mode", name, mode)
	}
	return nil
}
