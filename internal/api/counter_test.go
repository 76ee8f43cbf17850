package api_test

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// counter is a server that has tokens and one room; whoever asks for another finds nobody.
type counter struct {
	*api.Server
	t *testing.T
	// who is the caller that a token stands for, and verify what is wrong with it instead.
	who    access.Principal
	verify error
	// unknown tells that whose a token is cannot be known before it is verified.
	unknown  bool
	verified []string
	// unmet is why a token is not known without asking.
	unmet error
	// actor is whom the audit log names for a token that is issued.
	actor audit.Actor
	// issue and revoke are what the token endpoints are refused with.
	issue, revoke error
	given         []string
	healthy       error
	log           strings.Builder
}

func serve(t *testing.T, room api.Operations) *counter {
	t.Helper()
	c := &counter{t: t, who: access.Principal{Client: "me", Partner: access.Partner{ID: uuid.Max},
		Scopes: access.Scopes()}}
	registry, err := tsp.NewRegistry(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Server = api.New(api.Config{Tokens: c, Operations: room, TSPs: registry, Now: time.Now,
		Healthy: func(context.Context) error { return c.healthy }, Log: slog.New(slog.NewTextHandler(&c.log, nil))})
	return c
}

func (c *counter) Verify(_ context.Context, raw string) (access.Principal, error) {
	c.verified = append(c.verified, raw)
	return c.who, c.verify
}

func (c *counter) Caller(string) (access.Principal, error) {
	if c.unknown {
		return access.Principal{}, access.ErrInvalidToken
	}
	return c.who, c.verify
}

func (c *counter) Issue(ctx context.Context, client, secret, scope string) (access.Token, error) {
	c.actor = audit.Of(ctx)
	c.given = []string{client, secret, scope}
	return access.Token{AccessToken: "t", ExpiresIn: 3600, TokenType: "Bearer", Scope: scope}, c.issue
}

func (c *counter) Revoke(_ context.Context, client, secret, raw string) error {
	c.given = []string{client, secret, raw}
	return c.revoke
}

func (c *counter) Keys(context.Context) (access.KeySet, error) {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	return access.KeySet{Keys: []jose.JSONWebKey{{Key: private.Public()}}}, nil
}

// do answers a line such as "GET /healthz" with a body. Headers come in pairs; "" takes one out.
func (c *counter) do(line, body string, headers ...string) *httptest.ResponseRecorder {
	c.t.Helper()
	method, url, _ := strings.Cut(line, " ")
	r := httptest.NewRequestWithContext(c.t.Context(), method, url, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer token")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		switch name, value := headers[i], headers[i+1]; {
		case value == "" && name != "Idempotency-Key":
			r.Header.Del(name)
		case name == "Idempotency-Key":
			r.Header.Add(name, value)
		default:
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}
