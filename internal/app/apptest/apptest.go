// Package apptest is what tests of the whole program share, whether it runs in their process or in others: the program as it
// is built, simulators, ports, and requests whose answers are held against the OpenAPI document.
package apptest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/problem"
)

// OperatorKey is a key of random bytes, as any other is refused.
const OperatorKey = "5VKHk80XiU1YgykPoY1ssX+gcHHBu8KxxazI42zN4z0="

// patience is how long something that others do may take on a busy machine.
const patience = 2 * time.Minute

// Until waits for something that others do.
func Until(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !is(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within two minutes: %s", what)
		}
	}
}

// Filled makes the fixtures of the demo, again while the calls to TSPs are not begun: a replica whose beats are late on a busy
// machine begins none.
func Filled(ctx context.Context, in app.Rooms, receiver string) (demo.Fixtures, error) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); ; <-tick.C {
		made, err := demo.Fill(ctx, in, receiver)
		late := problem.Of(errors.Join(append(made.Unconnected, err)...))
		if late.Code != problem.GatewayTimeout || time.Now().After(deadline) {
			return made, err
		}
	}
}

// Caller asks the program at a URL with a token. Its answers are held against the document of checker, if there is one.
type Caller struct {
	URL, Token string
	Checker    *openapitest.Checker
}

// Do sends one request; headers are pairs that override those of the caller. Of the response all is read.
func (c Caller) Do(t *testing.T, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if c.Checker != nil {
		c.Checker.Response(t, req, resp, text)
	}
	return resp, string(text)
}

// TokenFor gets a client a token of a scope.
func (c Caller) TokenFor(t *testing.T, id, secret, scope string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}, "scope": {scope}}
	resp, text := c.Do(t, "POST", "/realms/waybill/protocol/openid-connect/token", form.Encode(), "Content-Type",
		"application/x-www-form-urlencoded")
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("no token: %d %s %v", resp.StatusCode, text, err)
	}
	return got.Token
}
