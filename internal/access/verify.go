package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/waybill-dev/waybill/internal/fence"
)

// verdictAge is how long a token that counted is taken to count: that long, at most, it works in
// another process than the one in which it, its secret or its client ended.
const verdictAge = time.Second

// again holds a token, whose form and signature were right, against what its verdict hangs on now.
type again func(ctx context.Context, now time.Time) (Principal, error)

// verdict is a token that counted when it was looked at.
type verdict struct {
	again
	who      Principal
	lookedAt time.Time
}

// token is what a token says whose signature is right.
type token struct {
	claims
	key string
}

// known remembers verdicts, because a signature costs more than the rest of a request, and a read of
// the store for each would too. The zero one is ready for use.
type known struct {
	mu sync.Mutex
	// By hash, so that a dump of the memory gives no token away.
	all map[[sha256.Size]byte]verdict
}

// maxKnown bounds the verdicts that are remembered. When they are reached all are forgotten: the price
// is one signature each.
const maxKnown = 10_000

func (k *known) get(raw string) (verdict, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, ok := k.all[sha256.Sum256([]byte(raw))]
	return v, ok
}

func (k *known) put(raw string, v verdict) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil || len(k.all) >= maxKnown {
		k.all = map[[sha256.Size]byte]verdict{}
	}
	k.all[sha256.Sum256([]byte(raw))] = v
}

func (k *known) forget(raw string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.all, sha256.Sum256([]byte(raw)))
}

// verify returns the caller of a token that counts, or ErrInvalidToken. read checks its form and
// signature, for a token that is met for the first time.
func (k *known) verify(ctx context.Context, raw string, now time.Time,
	read func(context.Context) (again, error)) (Principal, error) {
	v, ok := k.get(raw)
	if age := now.Sub(v.lookedAt); ok && age >= 0 && age < verdictAge && now.Before(v.who.Expires) {
		return v.who, nil
	}
	var err error
	if !ok {
		v.again, err = read(ctx)
	}
	if err == nil {
		v.who, err = v.again(fence.AsOf(ctx, now), now)
	}
	if err != nil {
		if ok && errors.Is(err, ErrInvalidToken) {
			k.forget(raw)
		}
		return Principal{}, err
	}
	v.lookedAt = now
	k.put(raw, v)
	return v.who, nil
}

// Verify returns the caller that a token stands for, or ErrInvalidToken.
func (i *Issuer) Verify(ctx context.Context, raw string) (Principal, error) {
	return i.known.verify(ctx, raw, i.now(), func(ctx context.Context) (again, error) {
		t, err := i.read(ctx, raw)
		return func(ctx context.Context, now time.Time) (Principal, error) {
			if err := i.keyVerifies(ctx, t.key); err != nil {
				return Principal{}, err
			}
			return i.stands(ctx, t, now)
		}, err
	})
}

// keyVerifies tells whether a key by which a token was verified still is one.
func (i *Issuer) keyVerifies(ctx context.Context, id string) error {
	_, ok, err := i.keys.find(ctx, id)
	if err == nil && !ok {
		err = refused("the key that signed it was withdrawn")
	}
	return err
}

// read checks a token's form and signature, and neither its end nor whether it counts. One
// algorithm is taken, so a token cannot choose a weaker one.
func (i *Issuer) read(ctx context.Context, raw string) (t token, err error) {
	parsed, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil || len(parsed.Headers) != 1 {
		return t, refused("it is no token of this service")
	}
	t.key = parsed.Headers[0].KeyID
	key, ok, err := i.keys.find(ctx, t.key)
	if err != nil {
		return t, err
	}
	if !ok {
		return t, refused("the key that signed it is none of this service, or no longer one")
	}
	if parsed.Claims(key.Key.Public(), &t.claims) != nil || t.Expiry == nil {
		return t, refused("its signature is wrong")
	}
	if t.Issuer != tokenParty || !t.Audience.Contains(tokenParty) {
		return t, refused("it is for somebody else")
	}
	return t, nil
}

// stands holds a token against its client as that is now.
func (i *Issuer) stands(ctx context.Context, t token, now time.Time) (Principal, error) {
	if !now.Before(t.Expiry.Time()) {
		return Principal{}, refused("it expired")
	}
	p := Proof{Client: t.Subject, Token: t.named(), Secret: t.Secret, Generation: t.Generation,
		Scopes: strings.Fields(t.Scope)}
	c, err := holds(ctx, i.store, p, now)
	if err != nil {
		return Principal{}, err
	}
	return Principal{Client: c.ID, Partner: c.Partner, Fleet: c.Fleet, Scopes: p.Scopes,
		Expires: t.Expiry.Time(), Strict: c.Strict, SyncEvents: c.SyncEvents, Proof: p}, nil
}

// standings is what proofs are held against.
type standings interface {
	Client(ctx context.Context, id string) (Client, error)
	Revoked(ctx context.Context, t TokenID) (bool, error)
}

// holds returns the client of a proof, or ErrInvalidToken if it holds no longer.
func holds(ctx context.Context, in standings, p Proof, now time.Time) (Client, error) {
	s := Standing{At: now}
	var err error
	if p.Client != "" {
		if s.Client, err = in.Client(ctx, p.Client); err != nil && !errors.Is(err, ErrNotFound) {
			return Client{}, fmt.Errorf("looking up a client: %w", err)
		}
	}
	if p.Token.ID != "" {
		if s.Revoked, err = in.Revoked(ctx, p.Token); err != nil {
			return Client{}, fmt.Errorf("looking up revoked tokens: %w", err)
		}
	}
	return s.Client, s.Refuses(p)
}
