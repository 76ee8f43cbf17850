package tsptest

import (
	"context"
	"maps"
	"net/http"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func (l *link) token() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current.Get(tsp.AccessToken)
}

// login returns credentials with a session other than the spent one.
func (l *link) login(ctx context.Context, pace tsp.Pacer, spent string) (tsp.Credentials, error) {
	l.mu.Lock()
	now := l.current
	l.mu.Unlock()
	if token := now.Get(tsp.AccessToken); token != "" && token != spent {
		return now, nil
	}
	fresh, err := l.access.Renew(ctx, now, func(ctx context.Context, from tsp.Credentials) (tsp.Credentials, error) {
		return l.signIn(ctx, pace, from)
	})
	if err != nil {
		return fresh, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.current = fresh
	return fresh, nil
}

// signIn brings credentials with a session of their own.
func (l *link) signIn(ctx context.Context, pace tsp.Pacer, from tsp.Credentials) (tsp.Credentials, error) {
	body := map[string]string{"user": from.Get("username"), "password": from.Get("password")}
	a, failed := l.once(ctx, pace, request{method: http.MethodPost, path: "/login", body: body}, "")
	if failed != nil {
		if failed.Class == tsp.Unknown && !l.reference.has(doubtsSignIn) {
			failed.Class = tsp.Unavailable
		}
		if failed.Class == tsp.Unauthorized && from.Get(tsp.AccessToken) == "" && l.reference.has(wrongKeyRejected) {
			failed.Class = tsp.Rejected
		}
		return from, failed
	}
	var made struct {
		Token string `json:"token"`
	}
	if json.Unmarshal(a.body, &made) != nil || made.Token == "" {
		return from, fails(tsp.Unavailable, "signing in gave no token")
	}
	to := tsp.Credentials{Kind: from.Kind, Secrets: from.Secrets, Fields: maps.Clone(from.Fields)}
	to.Fields[tsp.AccessToken] = made.Token
	if l.reference.has(usesUnstored) {
		_, _ = l.once(ctx, pace, request{method: http.MethodGet, path: "/me"}, made.Token)
	}
	return to, nil
}
