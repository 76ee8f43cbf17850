// Package config is the configuration of the program: one struct, its defaults, and what
// must hold of it. Values come from defaults, then the environment, then flags.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is everything that an operator can set.
type Config struct {
	// Addr is where the API listens.
	Addr string `env:"WAYBILL_ADDR"`
	// DatabaseURL is a file path, or sqlite:///path.
	DatabaseURL string `env:"WAYBILL_DATABASE_URL"`
	// Key opens the secrets at rest: 32 random bytes in base64.
	Key string `env:"WAYBILL_KEY"`
	// KeyFile names a file that holds Key.
	KeyFile string `env:"WAYBILL_KEY_FILE"`
	// OutboundAllow lists address ranges (CIDR) that webhooks may reach although private.
	OutboundAllow []string `env:"WAYBILL_OUTBOUND_ALLOW"`
	// MaxAge bounds how long an operation may wait for its end.
	MaxAge time.Duration `env:"WAYBILL_MAX_AGE"`
	// CallDeadline bounds one attempt at a TSP.
	CallDeadline time.Duration `env:"WAYBILL_CALL_DEADLINE"`
	// Settling is how long after a cut call "not found" at the TSP proves nothing; zero leaves it to
	// what each adapter declares.
	Settling time.Duration `env:"WAYBILL_SETTLING"`
	// ImportEvery is how long after an import of a kind the next one begins.
	ImportEvery time.Duration `env:"WAYBILL_IMPORT_EVERY"`
	// ImportHistory is how far back the first import of messages, inspections and other events reaches.
	ImportHistory time.Duration `env:"WAYBILL_IMPORT_HISTORY"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `env:"WAYBILL_LOG_LEVEL"`

	// BaseURLs and Limits are set by WAYBILL_TSP_<NAME>_BASE_URL and WAYBILL_TSP_<NAME>_LIMITS.
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
		ImportHistory: 168 * time.Hour, LogLevel: "info", BaseURLs: map[string]string{}, Limits: map[string]map[string]Rate{}}
}

// FromEnv returns the defaults with what the environment sets; environ is like os.Environ.
func FromEnv(environ []string) (Config, error) {
	c := Default()
	vars := env.ToMap(environ)
	if err := env.ParseWithOptions(&c, env.Options{Environment: vars}); err != nil {
		return c, fmt.Errorf("reading the environment: %w", err)
	}
	for name, value := range vars {
		rest, ok := strings.CutPrefix(name, "WAYBILL_TSP_")
		if !ok || value == "" {
			continue
		}
		if tsp, ok := strings.CutSuffix(rest, "_BASE_URL"); ok {
			c.BaseURLs[strings.ToLower(tsp)] = strings.TrimRight(value, "/")
		} else if tsp, ok := strings.CutSuffix(rest, "_LIMITS"); ok {
			rates, err := parseRates(value)
			if err != nil {
				return c, fmt.Errorf("%s: %w", name, err)
			}
			c.Limits[strings.ToLower(tsp)] = rates
		} else {
			return c, fmt.Errorf("%s is not a setting; a TSP has _BASE_URL and _LIMITS", name)
		}
	}
	return c, nil
}

// parseRates reads "messages.write=500/s,org=1000/m".
func parseRates(text string) (map[string]Rate, error) {
	out := map[string]Rate{}
	for part := range strings.SplitSeq(text, ",") {
		key, rate, ok := strings.Cut(strings.TrimSpace(part), "=")
		count, unit, ok2 := strings.Cut(rate, "/")
		n, err := strconv.Atoi(count)
		period := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
		if !ok || !ok2 || err != nil || n < 1 || period == 0 {
			return nil, fmt.Errorf("%q is no limit; write for example messages.write=500/s", part)
		}
		out[key] = Rate{n, period}
	}
	return out, nil
}

// Validate reports everything that is wrong, at once.
func (c Config) Validate() error {
	var wrong []error
	for name, u := range c.BaseURLs {
		if p, err := url.Parse(u); err != nil || p.Host == "" {
			wrong = append(wrong, fmt.Errorf("the base URL of %s, %q, is no absolute URL", name, u))
		}
	}
	if _, err := c.AllowedPrefixes(); err != nil {
		wrong = append(wrong, err)
	}
	if c.ImportEvery < time.Second {
		wrong = append(wrong, fmt.Errorf("WAYBILL_IMPORT_EVERY is %s; set at least 1s, such as 10m", c.ImportEvery))
	}
	if c.ImportHistory < time.Hour {
		wrong = append(wrong, fmt.Errorf("WAYBILL_IMPORT_HISTORY is %s; set at least 1h, such as 168h", c.ImportHistory))
	}
	if c.Settling < 0 {
		wrong = append(wrong, fmt.Errorf("WAYBILL_SETTLING is %s; set a time such as 30s, or leave it out", c.Settling))
	}
	return errors.Join(wrong...)
}

// AllowedPrefixes returns OutboundAllow as address ranges.
func (c Config) AllowedPrefixes() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range c.OutboundAllow {
		p, err := netip.ParsePrefix(strings.TrimSpace(s))
		if err != nil {
			return nil, fmt.Errorf("WAYBILL_OUTBOUND_ALLOW: %q is no address range such as 10.0.0.0/8", s)
		}
		out = append(out, p)
	}
	return out, nil
}

// KeyText returns the operator's key as given, "" if none is.
func (c Config) KeyText() (string, error) {
	if c.KeyFile == "" || c.Key != "" {
		return c.Key, nil
	}
	text, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return "", fmt.Errorf("reading WAYBILL_KEY_FILE: %w", err)
	}
	return string(text), nil
}
