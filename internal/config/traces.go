package config

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Traces is where traces of operations go.
type Traces struct {
	// URL is where a collector takes them by OTLP over HTTP; "" for nowhere. Headers are what it wants to be
	// told, and may hold its token.
	URL     string
	Headers map[string]string
	// Ratio is the part of the operations that are followed.
	Ratio float64
	// ToReceivers has webhooks tell of the trace.
	ToReceivers bool
}

const (
	tracesVariable  = prefix + "TRACES_URL"
	headersVariable = prefix + "TRACES_HEADERS"
)

// tracesPath is where collectors take traces (https://opentelemetry.io/docs/specs/otlp/#otlphttp-request, 2026-11-27).
const tracesPath = "/v1/traces"

func tracesVariables() []variable {
	return []variable{
		{tracesVariable, readTracesURL},
		{headersVariable, readTracesHeaders},
		{prefix + "TRACES_RATIO", readRatio},
		{prefix + "TRACES_TO_RECEIVERS", choice("off", "on", func(c *Config) *bool { return &c.Traces.ToReceivers })},
	}
}

// checkTraces tells what has no effect.
func (c Config) checkTraces(given map[string]string) (wrong []error) {
	for _, v := range tracesVariables() {
		if given[v.name] != "" && given[tracesVariable] == "" {
			wrong = append(wrong, fmt.Errorf("%s is set and %s is not, so that nothing is traced; set both, or "+
				"leave it out", v.name, tracesVariable))
		}
	}
	return wrong
}

func readTracesURL(c *Config, text string) error {
	u, err := url.Parse(text)
	// Its text could hold what is secret.
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" {
		return errors.New("is no URL of a collector; write it such as http://127.0.0.1:4318, and what proves who you " +
			"are into " + headersVariable)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = tracesPath
	}
	c.Traces.URL = u.String()
	return nil
}

// readTracesHeaders reads name=value, separated by commas, as OTEL_EXPORTER_OTLP_HEADERS has them.
func readTracesHeaders(c *Config, text string) error {
	headers := map[string]string{}
	for n, part := range strings.Split(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		plain, err := url.PathUnescape(value)
		if err != nil || !isToken(name) || plain == "" || strings.ContainsAny(plain, "\r\n\x00") {
			return fmt.Errorf("is no list of headers at entry %d; write name=value, separated by commas, with "+
				"%%2C for a comma in a value", n+1)
		}
		headers[name] = plain
	}
	c.Traces.Headers = headers
	return nil
}

// isToken tells whether a text may name a header (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", r)
	}) < 0
}

func readRatio(c *Config, text string) error {
	r, err := strconv.ParseFloat(text, 64)
	if err != nil || !(r > 0 && r <= 1) {
		return fmt.Errorf("is %q; write the part of the operations that are followed, above 0 and up to 1, such as "+
			"0.01", text)
	}
	c.Traces.Ratio = r
	return nil
}
