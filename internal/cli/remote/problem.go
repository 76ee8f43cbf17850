package remote

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Problem is an answer that refuses or fails.
type Problem struct {
	Status int
	// Text says what is wrong in one line, or in several where several things are.
	Text string
	// Body is the answer's own, if it is JSON.
	Body jsontext.Value
	// RetryAfter is how long the service wants to be left alone; 0 if it does not say so.
	RetryAfter time.Duration
	// Token tells that it is the answer to a request for a token.
	Token bool
}

// Error says what is wrong.
func (p *Problem) Error() string {
	return fmt.Sprintf("%d %s: %s", p.Status, http.StatusText(p.Status), p.Text)
}

// Unreachable is the failure of a Waybill to answer at all.
type Unreachable struct {
	URL string
	Err error
}

// Error says who did not answer, and why.
func (u *Unreachable) Error() string { return fmt.Sprintf("no answer from %s: %v", u.URL, u.Err) }

// Unwrap returns the cause.
func (u *Unreachable) Unwrap() error { return u.Err }

// unreached is the error of a request without an answer. One that the caller ended is told as that.
func unreached(ctx context.Context, to string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &Unreachable{to, err}
}

// ProblemOf reads the forms in which the API tells what is wrong.
func ProblemOf(a Answer) *Problem {
	p := &Problem{Status: a.Status, Text: strings.TrimSpace(string(a.Body))}
	if seconds, err := strconv.Atoi(a.Header.Get("Retry-After")); err == nil && seconds > 0 {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	if a.Status < 400 {
		p.Text = "it leads to " + a.Header.Get("Location") + ", and redirects are not followed; name that address instead"
		return p
	}
	var body struct {
		Message string         `json:"message"`
		Detail  jsontext.Value `json:"detail"`
	}
	if json.Unmarshal(a.Body, &body) != nil {
		if len(p.Text) > 200 {
			p.Text = p.Text[:200] + "…"
		}
		return p
	}
	p.Body, p.Text = a.Body, body.Message
	var text string
	var wait struct {
		Message string `json:"message"`
	}
	var wrong []struct{ Path, Input, Message string }
	switch {
	case json.Unmarshal(body.Detail, &text) == nil && text != "":
		p.Text = text
	case json.Unmarshal(body.Detail, &wrong, json.MatchCaseInsensitiveNames(true)) == nil && len(wrong) > 0:
		var lines []string
		for _, w := range wrong {
			lines = append(lines, strings.TrimPrefix(w.Path+": "+w.Message, ": "))
		}
		p.Text = strings.Join(lines, "\n  ")
	case json.Unmarshal(body.Detail, &wait) == nil && wait.Message != "":
		p.Text = wait.Message
	}
	return p
}

// refusedToken is the problem of a client that was given no token.
func refusedToken(t Target, a Answer) error {
	var body struct {
		Code        string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(a.Body, &body) != nil || body.Code == "" {
		p := ProblemOf(a)
		if p.Body == nil && a.Status < 500 {
			return notWaybill(t.URL, a)
		}
		p.Token = true
		return p
	}
	return &Problem{Status: a.Status, Body: a.Body, Token: true,
		Text: fmt.Sprintf("the client %q got no token from %s: %s", t.ClientID, t.URL, body.Description)}
}

// notWaybill is the error of an address at which something else answers.
func notWaybill(at string, a Answer) error {
	return fmt.Errorf("what answers at %s is no Waybill: its token endpoint says %d %s; check the address", at, a.Status,
		http.StatusText(a.Status))
}
