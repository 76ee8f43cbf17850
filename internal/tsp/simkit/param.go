package simkit

import (
	"net/http"
	"strconv"
	"strings"
)

// Whole is a query parameter that is a whole number of least to most, or what stands for it when it is absent.
func (c *Call) Whole(name string, absent, least, most int64) (int64, error) {
	if !c.Query.Has(name) {
		return absent, nil
	}
	n, err := strconv.ParseInt(c.Query.Get(name), 10, 64)
	if err != nil || n < least || n > most {
		return 0, Invalid("%s must be a whole number from %d to %d", name, least, most)
	}
	return n, nil
}

// Listed is a query parameter that takes several values, by commas or by repetition, under any of its names.
func (c *Call) Listed(names ...string) []string {
	var values []string
	for _, name := range names {
		for _, given := range c.Query[name] {
			values = append(values, strings.Split(given, ",")...)
		}
	}
	return values
}

// Bearer is the token that a request bears in its header Authorization, or "".
func Bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}
