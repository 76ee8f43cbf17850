package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
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

// maxDocument bounds what an issuer answers, in bytes.
const maxDocument = 1 << 20

// oneVerdict is the oidc.KeySet of one verification. It keeps that there were no keys, which is no
// verdict on the token, and which the verifier's error does not hold.
type oneVerdict struct {
	keys *remoteKeys
	away *problem.Error
	// id is the key that signed, and failed tells why none has.
	id     string
	failed error
}

// VerifySignature returns the payload of a token whose signature is right.
func (o *oneVerdict) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	payload, id, err := o.keys.verify(ctx, raw)
	o.id, o.failed = id, err
	errors.As(err, &o.away)
	return payload, err
}

// remoteKeys are the public keys of an external issuer, by discovery.
type remoteKeys struct {
	issuer string
	http   *http.Client
	now    func() time.Time

	// reading is held by who reads; mu guards what follows, and is held for no call.
	reading  sync.Mutex
	mu       sync.Mutex
	keys     jose.JSONWebKeySet
	readAt   time.Time
	askedAt  time.Time
	lastFail error
}

func (k *remoteKeys) verify(ctx context.Context, raw string) (payload []byte, id string, err error) {
	var algorithms []jose.SignatureAlgorithm
	for _, a := range signingAlgorithms() {
		algorithms = append(algorithms, jose.SignatureAlgorithm(a))
	}
	signed, err := jose.ParseSignedCompact(raw, algorithms)
	if err != nil || len(signed.Signatures) != 1 {
		return nil, "", errSignature
	}
	id = signed.Signatures[0].Header.KeyID
	keys, age := k.held()
	switch known := len(keys.Key(id)) > 0; {
	case !known:
		err = k.read(ctx)
	case age > keysFresh:
		_ = k.renew(ctx)
	}
	if err != nil {
		return nil, id, err
	}
	keys, _ = k.held()
	for _, key := range keys.Key(id) {
		if key.Use != "" && key.Use != "sig" ||
			key.Algorithm != "" && key.Algorithm != signed.Signatures[0].Header.Algorithm {
			continue
		}
		if payload, err := signed.Verify(key); err == nil {
			return payload, id, nil
		}
	}
	return nil, id, errSignature
}

// errSignature is told of what no published key has signed.
var errSignature = errors.New("its signature is wrong, or of a key that the issuer does not publish")

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

// fetch reads the keys from where the issuer's discovery document says that they are.
func (k *remoteKeys) fetch(ctx context.Context) (keys jose.JSONWebKeySet, err error) {
	bounded := *k.http
	bounded.Transport = boundedAnswers{k.http.Transport}
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, &bounded), k.issuer)
	if err != nil {
		return keys, fmt.Errorf("reading the issuer's discovery document: %w", err)
	}
	var document struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&document); err != nil {
		return keys, fmt.Errorf("reading the issuer's discovery document: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, document.Keys, nil)
	if err != nil {
		return keys, fmt.Errorf("reading the issuer's keys: %w", err)
	}
	answer, err := bounded.Do(r)
	if err != nil {
		return keys, fmt.Errorf("reading the issuer's keys: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return keys, fmt.Errorf("reading the issuer's keys: it answered %s", answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(&keys); err != nil {
		return keys, fmt.Errorf("reading the issuer's keys: %w", err)
	}
	return keys, nil
}

// boundedAnswers cuts answers that are longer than any document of an issuer.
type boundedAnswers struct{ http.RoundTripper }

// RoundTrip sends a request.
func (b boundedAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	through := b.RoundTripper
	if through == nil {
		through = http.DefaultTransport
	}
	answer, err := through.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, maxDocument), answer.Body}
	}
	return answer, err
}
