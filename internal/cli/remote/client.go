// Package remote speaks to a Waybill over its public API, as a client with an id and a secret.
package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Target is the Waybill that is spoken to, and by whom.
type Target struct {
	URL, ClientID, ClientSecret string
	// Token is an access token to be used as it is, where another issuer gives them out; then there need be no client.
	Token string
}

// CheckURL tells what is wrong with the address of a Waybill.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" ||
		u.Fragment != "" {
		return fmt.Errorf("%q is no address of a Waybill; give one such as https://waybill.example.com or http://127.0.0.1:8080",
			text)
	}
	return nil
}

// Client sends requests as a client of a Waybill. Its token is fetched when the first request needs one, renewed before
// it ends, and kept nowhere but here.
type Client struct {
	target Target
	http   *http.Client
	mu     sync.Mutex
	token  Token
}

// Bounds of what is read and waited for.
const (
	// headerWait is longer than a sync write or a long poll lasts.
	headerWait = 3 * time.Minute
	mostBody   = 256 << 20
)

// New returns a client of a Waybill. It sends nothing.
func New(t Target) (*Client, error) {
	if err := CheckURL(t.URL); err != nil {
		return nil, err
	}
	t.URL = strings.TrimRight(t.URL, "/")
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("the program's HTTP transport was replaced")
	}
	transport = transport.Clone()
	transport.ResponseHeaderTimeout = headerWait
	// A redirect could carry the secret or the token to another host.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{target: t, http: &http.Client{Transport: transport, CheckRedirect: stay}}, nil
}

// URL is the address of the Waybill.
func (c *Client) URL() string { return c.target.URL }

// Request is one request; Path begins with a slash.
type Request struct {
	Method, Path string
	Query        url.Values
	Header       http.Header
	Body         []byte
}

// Answer is what was answered, whatever its status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Get reads; an answer that is no success is a *Problem.
func (c *Client) Get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	a, err := c.Do(ctx, Request{Method: http.MethodGet, Path: path, Query: query})
	return a.Body, err
}

// Open reads what needs no token, such as the service's health, whatever the status.
func (c *Client) Open(ctx context.Context, path string) (Answer, error) {
	return c.once(ctx, Request{Method: http.MethodGet, Path: path}, "")
}

// Do sends a request. An answer of 300 and above is a *Problem, beside the answer itself.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	a, err := c.Send(ctx, r)
	if err == nil && a.Status >= 300 {
		err = ProblemOf(a)
	}
	return a, err
}

// Send sends a request and returns its answer whatever its status. What may be repeated is repeated (see repeats). A token
// that is refused is replaced once: it may have been ended before its time.
func (c *Client) Send(ctx context.Context, r Request) (Answer, error) {
	renewed := false
	for tries := 1; ; tries++ {
		token, err := c.bearer(ctx)
		if err != nil {
			return Answer{}, err
		}
		a, err := c.once(ctx, r, token)
		if err == nil && a.Status == http.StatusUnauthorized && !renewed && c.target.Token == "" {
			c.forget(token)
			renewed = true
			continue
		}
		pause, again := repeats(r, a, err, tries)
		if !again {
			return a, err
		}
		if err := sleep(ctx, pause); err != nil {
			return a, err
		}
	}
}

// once sends a request once; token is "" for requests that need none.
func (c *Client) once(ctx context.Context, r Request, token string) (Answer, error) {
	to := c.target.URL + r.Path
	if len(r.Query) > 0 {
		to += "?" + r.Query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, to, bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s is no request: %w", r.Method, r.Path, err)
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	if len(r.Body) > 0 && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "waybill-cli")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return Answer{}, unreached(ctx, c.target.URL, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostBody+1))
	if err == nil && len(body) > mostBody {
		err = fmt.Errorf("the answer is longer than %d MiB", mostBody>>20)
	}
	if err != nil {
		return Answer{}, unreached(ctx, c.target.URL, err)
	}
	return Answer{resp.StatusCode, resp.Header, body}, nil
}
