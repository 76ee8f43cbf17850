package rest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/waybill-dev/waybill/internal/tsp"
)

const (
	// renewBefore is how long before its end an access token is replaced; of tokens that live
	// shorter than four times that, it is a quarter of their life.
	renewBefore = time.Minute
	// renewTime bounds a renewal. It goes on when the call that began it ends: the TSP may have
	// rotated the secret already.
	renewTime = 30 * time.Second
)

// keys are the credentials that a session uses at present.
type keys struct {
	auth Auth
	// issuer gives new secrets; nil for credentials that stay the same.
	issuer issuer
	renew  tsp.Renew
	now    func() time.Time
	// secrets are those of the session, to which new ones are added.
	secrets *vault

	mu      sync.Mutex
	current tsp.Credentials
	// since is when this session saw the current ones first.
	since  time.Time
	flight singleflight.Group
}

// issuer gives the secret that changes during a session: an access token, or the session's own.
type issuer interface {
	// usable refuses credentials by which no secret can be had and that hold none.
	usable(c tsp.Credentials) error
	// renewable tells whether a new secret can be had.
	renewable(c tsp.Credentials) bool
	// renew returns the credentials with a new one. Its error is no end of a write that was sent.
	renew(ctx context.Context, pace tsp.Pacer, c tsp.Credentials) (tsp.Credentials, error)
}

// usable refuses credentials that can sign nothing.
func (k *keys) usable() error {
	if k.renewable(k.current) {
		return nil
	}
	if k.issuer != nil {
		if err := k.issuer.usable(k.current); err != nil {
			return err
		}
	}
	return k.auth.Sign(&http.Request{Header: http.Header{}, URL: new(url.URL)}, k.current)
}

// ready returns credentials that are good for a call, renewed if they are about to end.
func (k *keys) ready(ctx context.Context, pace tsp.Pacer) (tsp.Credentials, error) {
	k.mu.Lock()
	current, since := k.current, k.since
	k.mu.Unlock()
	if !k.renewable(current) {
		return current, nil
	}
	token := current.Get(tsp.AccessToken)
	ends, err := time.Parse(time.RFC3339, current.Get(tsp.ExpiresAt))
	left := ends.Sub(k.now())
	if token != "" && (err != nil || left > min(renewBefore, ends.Sub(since)/4)) {
		return current, nil
	}
	fresh, err := k.renewed(ctx, pace, current)
	var e *tsp.Error
	if errors.As(err, &e) && e.Class != tsp.Unauthorized && token != "" && left > 0 {
		return current, nil
	}
	return fresh, err
}

// renewable tells whether new credentials can be had for these.
func (k *keys) renewable(c tsp.Credentials) bool {
	return k.issuer != nil && k.issuer.renewable(c)
}

// renewed replaces spent credentials once, however many callers find out at the same time. They
// share the end of the one that asks.
func (k *keys) renewed(ctx context.Context, pace tsp.Pacer, spent tsp.Credentials) (tsp.Credentials, error) {
	ends := k.flight.DoChan("", func() (_ any, err error) {
		defer tsp.Recover(&err)
		k.mu.Lock()
		current := k.current
		k.mu.Unlock()
		if current.Get(tsp.AccessToken) != spent.Get(tsp.AccessToken) {
			return current, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTime)
		defer cancel()
		fresh, err := k.renew(ctx, current, func(ctx context.Context, stored tsp.Credentials) (tsp.Credentials, error) {
			return k.issuer.renew(ctx, pace, stored)
		})
		if err != nil {
			return tsp.Credentials{}, err
		}
		k.secrets.add(k.auth.Hidden(fresh)...)
		k.mu.Lock()
		defer k.mu.Unlock()
		k.current, k.since = fresh, k.now()
		return fresh, nil
	})
	select {
	case end := <-ends:
		if end.Err != nil {
			return tsp.Credentials{}, end.Err
		}
		return end.Val.(tsp.Credentials), nil
	case <-ctx.Done():
		return tsp.Credentials{}, &tsp.Error{Class: tsp.Unavailable, Message: "the call ended before its session was renewed", Err: ctx.Err()}
	}
}
