package config

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
)

// variables lists those of each TSP.
func (t TSPs) variables() []variable {
	var out []variable
	for _, name := range slices.Sorted(maps.Keys(t)) {
		own := prefix + "TSP_" + strings.ToUpper(name)
		out = append(out,
			variable{own + "_BASE_URL", func(c *Config, text string) (err error) {
				c.BaseURLs[name], err = baseURL(text)
				return err
			}},
			variable{own + "_LIMITS", func(c *Config, text string) (err error) {
				c.Limits[name], err = rates(text, t[name])
				return err
			}})
	}
	return out
}

// baseURL takes what requests can be made below: their path comes behind it.
func baseURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Hostname() == "", u.Scheme != "http" && u.Scheme != "https":
		// Not the text, which may hold a password where it is malformed.
		return "", errors.New("is no absolute URL; write one such as https://api.example.com")
	case u.User != nil:
		return "", errors.New("holds a user name; credentials belong to the connection")
	case u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return "", errors.New("has a query or a fragment, behind which no path can come; leave it out")
	}
	return strings.TrimRight(text, "/"), nil
}

// periods are the units of rates.
var periods = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

// fastest bounds a rate, in calls in a second: what is above it would be no limit.
const fastest = 1_000_000

// rates reads "messages.write=500/s,org=1000/m", where keys are those of the TSP's limits.
func rates(text string, keys []string) (map[string]Rate, error) {
	out := map[string]Rate{}
	var wrong []error
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		key, rate, _ := strings.Cut(part, "=")
		key = strings.TrimSpace(key)
		r, ok := rateOf(strings.TrimSpace(rate))
		_, twice := out[key]
		switch {
		case !ok:
			wrong = append(wrong, fmt.Errorf("has %q, which is no limit; write for example messages.write=500/s (s, m or h)", part))
		case !slices.Contains(keys, key):
			wrong = append(wrong, fmt.Errorf("names the limit %q, which the TSP does not have%s; there are %s",
				key, meant(key, keys), strings.Join(keys, ", ")))
		case twice:
			wrong = append(wrong, fmt.Errorf("names the limit %s twice", key))
		default:
			out[key] = r
		}
	}
	return out, errors.Join(wrong...)
}

func rateOf(text string) (Rate, bool) {
	count, unit, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(count)
	period := periods[unit]
	ok := err == nil && n >= 1 && period > 0 && n <= fastest*int(period/time.Second)
	return Rate{n, period}, ok
}

// ReadRate reads a rate such as 30/m, of seconds, minutes or hours.
func ReadRate(text string) (Rate, error) {
	r, ok := rateOf(text)
	if !ok {
		return r, fmt.Errorf("%q is no rate; write for example 30/m: so many calls a second (s), minute (m) or hour (h)", text)
	}
	return r, nil
}

func meant(name string, known []string) string {
	if near := resource.Nearest(name, known); near != "" {
		return " (did you mean " + near + "?)"
	}
	return ""
}
