package rest

import (
	"context"
	"maps"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Login signs with a session that the TSP opens for the credentials. It is opened before the first
// call and again when the TSP refuses it, which it does by class Unauthorized, once for however
// many calls find out. It is kept with the credentials, so that restarts do not open others.
type Login struct {
	// Open asks for a session and returns its secret, and how long it lives; 0 is until it is
	// refused. send does not sign. Wrong credentials are an answer of 401, or one that the adapter's
	// Answers.Class calls Unauthorized; by any other nothing is said of them.
	Open func(ctx context.Context, send Send, c tsp.Credentials) (secret string, life time.Duration, err error)
	// By signs with the secret, which is the credential field tsp.AccessToken.
	By Auth
}

// Sign puts the session's secret into a request.
func (l Login) Sign(r *http.Request, c tsp.Credentials) error { return l.By.Sign(r, c) }

// Hidden lists the session's secret.
func (l Login) Hidden(c tsp.Credentials) []string {
	return append(l.By.Hidden(c), c.Get(tsp.AccessToken))
}

// gate is where sessions are opened.
type gate struct {
	login Login
	line  *line
}

// usable takes all credentials; whether they open a session is for the TSP to say.
func (g gate) usable(tsp.Credentials) error { return nil }

func (g gate) renewable(tsp.Credentials) bool { return true }

// renew opens a session. No write was sent, whatever becomes of it.
func (g gate) renew(ctx context.Context, pace tsp.Pacer, c tsp.Credentials) (tsp.Credentials, error) {
	secret, life, err := g.login.Open(ctx, g.line.with(pace), c)
	if awaited, previewed := tsp.Awaited("token", err); previewed {
		secret, err = awaited, nil
	}
	if err == nil && secret == "" {
		err = &tsp.Error{Class: tsp.Unavailable, Message: "the TSP gave no session"}
	}
	if err != nil {
		return c, tokenless(err)
	}
	fresh := tsp.Credentials{Kind: c.Kind, Secrets: c.Secrets, Fields: maps.Clone(c.Fields)}
	delete(fresh.Fields, tsp.ExpiresAt)
	fresh.Fields[tsp.AccessToken] = secret
	if life > 0 {
		fresh.Fields[tsp.ExpiresAt] = g.line.now().Add(life).UTC().Format(time.RFC3339)
	}
	g.line.secrets.add(g.login.Hidden(fresh)...)
	return fresh, nil
}

// gateAnswers reads what a TSP says to who wants a session. Status 401 refuses the credentials, and
// so does what the adapter calls Unauthorized; whatever else it answers says nothing of them.
func gateAnswers(own Answers) Answers {
	verdict := func(a Answer) bool {
		if own.Class != nil {
			if class := own.Class(a); class != "" {
				return class == tsp.Unauthorized
			}
		}
		return a.Status == http.StatusUnauthorized && !own.foreign(a)
	}
	return Answers{
		Class: func(a Answer) tsp.Class {
			class, _ := own.class(a)
			switch {
			case verdict(a):
				return tsp.Unauthorized
			case class == tsp.Done || class == tsp.Throttled:
				return class
			}
			return tsp.Unavailable
		},
		Message: func(a Answer) string {
			said := ""
			if own.Message != nil {
				said = own.Message(a)
			}
			if verdict(a) {
				return said
			}
			return saidOf("sign-in", a, said)
		},
	}
}
