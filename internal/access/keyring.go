package access

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// SigningKey is a key by which tokens are signed.
type SigningKey struct {
	// ID is the kid of its tokens.
	ID  string
	Key ed25519.PrivateKey
	// RetiredAt is when another took its place; zero for the one that signs. Until its last tokens have
	// expired it verifies.
	RetiredAt time.Time
}

// retiredTime is how long after a key was retired a token of it may come: its life, and the time in
// which other processes still sign with it, and clocks that differ.
const retiredTime = TokenLife + 5*time.Minute

// Verifies tells whether tokens of the key count at a time.
func (k SigningKey) Verifies(at time.Time) bool {
	return k.RetiredAt.IsZero() || at.Before(k.RetiredAt.Add(retiredTime))
}

// KeySource reads the signing keys of the installation, of which one is not retired. It is asked once
// a second at most.
type KeySource func(ctx context.Context) ([]SigningKey, error)

// keysAge is how old keys may be that were read before.
const keysAge = time.Second

// keyring holds the signing keys as they were read last, so that a rotation is seen soon in each
// process. Where they cannot be read those that are known go on, for as long as a token may live.
type keyring struct {
	source KeySource
	now    func() time.Time

	// mu guards what follows, and is held for no reading.
	mu              sync.Mutex
	keys            []SigningKey
	readAt, askedAt time.Time
}

// all returns the keys that verify.
func (k *keyring) all(ctx context.Context) ([]SigningKey, error) {
	now := k.now()
	k.mu.Lock()
	keys, asked, read := k.keys, now.Sub(k.askedAt), now.Sub(k.readAt)
	k.mu.Unlock()
	if keys != nil && asked >= 0 && asked < keysAge {
		return keys, nil
	}
	found, err := k.source(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.askedAt = now
	if err != nil && keys != nil && read < TokenLife {
		return keys, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the signing keys: %w", err)
	}
	k.keys = slices.DeleteFunc(found, func(one SigningKey) bool { return !one.Verifies(now) })
	k.readAt = now
	return k.keys, nil
}

// find returns the key of an id; false if none verifies under it.
func (k *keyring) find(ctx context.Context, id string) (SigningKey, bool, error) {
	keys, err := k.all(ctx)
	for _, one := range keys {
		if one.ID == id {
			return one, true, nil
		}
	}
	return SigningKey{}, false, err
}

// signer returns what signs new tokens.
func (k *keyring) signer(ctx context.Context) (jose.Signer, error) {
	keys, err := k.all(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range keys {
		if !one.RetiredAt.IsZero() {
			continue
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA,
			Key: jose.JSONWebKey{Key: one.Key, KeyID: one.ID}}, (&jose.SignerOptions{}).WithType("JWT"))
		if err != nil {
			return nil, fmt.Errorf("making a token signer: %w", err)
		}
		return signer, nil
	}
	return nil, fmt.Errorf("none of the %d signing keys signs", len(keys))
}

// KeySet is a set of public keys in JSON (RFC 7517 section 5).
type KeySet struct {
	Keys []jose.JSONWebKey `json:"keys"`
}

// set is what is published of the keys.
func (k *keyring) set(ctx context.Context) (KeySet, error) {
	keys, err := k.all(ctx)
	out := KeySet{Keys: []jose.JSONWebKey{}}
	for _, one := range keys {
		out.Keys = append(out.Keys,
			jose.JSONWebKey{Key: one.Key.Public(), KeyID: one.ID, Algorithm: SignatureAlgorithm, Use: "sig"})
	}
	return out, err
}
