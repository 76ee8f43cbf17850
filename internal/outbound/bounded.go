package outbound

import (
	"io"
	"net/http"
)

// Bounded returns a client as another one, which cuts answers behind a number of bytes. It is for what reads answers
// whole by itself, such as a library that speaks to an issuer.
func Bounded(c *http.Client, most int64) *http.Client {
	bounded := *c
	bounded.Transport = cutting{c.Transport, most}
	return &bounded
}

// cutting cuts answers that are longer than any that is meant.
type cutting struct {
	next http.RoundTripper
	most int64
}

// RoundTrip sends a request.
func (c cutting) RoundTrip(r *http.Request) (*http.Response, error) {
	through := c.next
	if through == nil {
		through = http.DefaultTransport
	}
	answer, err := through.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, c.most), answer.Body}
	}
	return answer, err
}
