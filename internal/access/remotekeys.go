package access

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/waybill-dev/waybill/internal/problem"
)

// The times of the keys of an external issuer.
const (
	// keysFresh is how old they may be; older ones are read anew, and go on where that fails.
	keysFresh = 10 * time.Minute
	// keysPause is how long after a reading the next one may come, whatever keys tokens name: whoever
	// sends tokens of its own making must not make us call the issuer.
	keysPause = 10 * time.Second
	// keysTime bounds one reading.
	keysTime = 5 * time.Second
)

// oneVerdict is the oidc.KeySet of one verification. It keeps that there were no keys, which is no
// verdict on the token, and which the verifier's error does not hold.
type oneVerdict struct {
	keys *remoteKeys
	away *problem.Error
	// signed is the header of what a key signed, and failed tells why none has.
	signed jose.Header
	failed error
}

// VerifySignature returns the payload of a token whose signature is right.
func (o *oneVerdict) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	payload, signed, err := o.keys.verify(ctx, raw)
	o.signed, o.failed = signed, err
	errors.As(err, &o.away)
	return payload, err
}

// remoteKeys are the public keys of an external issuer, by discovery.
type remoteKeys struct {
	issuer string
	http   *http.Client
	now    func() time.Time
	log    *slog.Logger

	// reading is held by who reads; mu guards what follows, and is held for no call.
	reading  sync.Mutex
	mu       sync.Mutex
	keys     jose.JSONWebKeySet
	readAt   time.Time
	askedAt  time.Time
	lastFail error
	// skipped are the keys that were not understood, as the log was told; it is the reader's.
	skipped string
}

func (k *remoteKeys) verify(ctx context.Context, raw string) (payload []byte, signed jose.Header, err error) {
	var algorithms []jose.SignatureAlgorithm
	for _, a := range signingAlgorithms() {
		algorithms = append(algorithms, jose.SignatureAlgorithm(a))
	}
	token, err := jose.ParseSignedCompact(raw, algorithms)
	if err != nil || len(token.Signatures) != 1 {
		return nil, signed, wrongSignature()
	}
	signed = token.Signatures[0].Header
	keys, age := k.held()
	switch known := len(keys.Key(signed.KeyID)) > 0; {
	case !known:
		err = k.read(ctx)
	case age > keysFresh:
		_ = k.renew(ctx)
	}
	if err != nil {
		return nil, signed, err
	}
	keys, _ = k.held()
	found := keys.Key(signed.KeyID)
	if len(found) == 0 {
		return nil, signed, k.unpublished()
	}
	for _, key := range found {
		if key.Use != "" && key.Use != "sig" || key.Algorithm != "" && key.Algorithm != signed.Algorithm {
			continue
		}
		if payload, err := token.Verify(key); err == nil {
			return payload, signed, nil
		}
	}
	return nil, signed, wrongSignature()
}

// wrongSignature refuses what no published key has signed.
func wrongSignature() error {
	return refused("its signature is wrong, or of a key that the issuer does not publish")
}

// unpublished refuses a token of a key that its issuer did not publish when it was asked last. It may have
// begun to since, and whoever sends tokens of keys that are none makes it not be asked for a while.
func (k *remoteKeys) unpublished() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	wait := max(keysPause-k.now().Sub(k.askedAt), time.Second)
	return &Refusal{Why: "the key that signed it was not among those that its issuer published a moment ago",
		Remedy: "if the issuer has just changed its keys, send it again after Retry-After; otherwise " + Anew, After: wait}
}

// verifies tells whether the issuer still publishes a key. Keys that are old are read anew; where that
// fails, or while another reads, those that are known go on.
func (k *remoteKeys) verifies(ctx context.Context, id string) bool {
	keys, age := k.held()
	if age > keysFresh && k.renew(ctx) == nil {
		keys, _ = k.held()
	}
	return len(keys.Key(id)) > 0
}

func (k *remoteKeys) held() (jose.JSONWebKeySet, time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.keys, k.now().Sub(k.readAt)
}

// read reads the keys anew, unless that was done a moment ago. Its error is a *problem.Error for the
// caller while there are no keys at all.
func (k *remoteKeys) read(ctx context.Context) error {
	k.reading.Lock()
	defer k.reading.Unlock()
	return k.readAlone(ctx)
}

// renew is read for whoever has a usable key, who waits for nobody else that reads.
func (k *remoteKeys) renew(ctx context.Context) error {
	if !k.reading.TryLock() {
		return nil
	}
	defer k.reading.Unlock()
	return k.readAlone(ctx)
}

// readAlone is for whoever holds reading.
func (k *remoteKeys) readAlone(ctx context.Context) error {
	k.mu.Lock()
	pause, fail := k.now().Sub(k.askedAt) < keysPause, k.lastFail
	k.mu.Unlock()
	if pause {
		return fail
	}
	// A caller who hangs up must not leave all others without keys.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keysTime)
	defer cancel()
	keys, err := k.fetch(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.askedAt, k.lastFail = k.now(), nil
	if err != nil {
		k.lastFail = &problem.Error{Code: problem.Unavailable, RetryAfter: keysPause, Err: err,
			Detail: "the issuer of tokens " + k.issuer + " does not tell its keys, so tokens cannot be verified; try again"}
		return k.lastFail
	}
	k.keys, k.readAt = keys, k.askedAt
	return nil
}
