package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"github.com/waybill-dev/waybill/internal/outbound"
)

// maxDocument bounds what an issuer answers, in bytes.
const maxDocument = 1 << 20

// fetch reads the keys from where the issuer's discovery document says that they are.
func (k *remoteKeys) fetch(ctx context.Context) (keys jose.JSONWebKeySet, err error) {
	bounded := outbound.Bounded(k.http, maxDocument)
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, bounded), k.issuer)
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
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil {
		return keys, fmt.Errorf("reading the issuer's keys: %w", err)
	}
	return k.understood(set.Keys), nil
}

// understood are the keys of a set that can be used. Others are skipped, as RFC 7517 section 5 asks, and
// told once.
func (k *remoteKeys) understood(set []json.RawMessage) (keys jose.JSONWebKeySet) {
	var skipped []string
	for i, one := range set {
		var key jose.JSONWebKey
		err := json.Unmarshal(one, &key)
		if err == nil && (!key.Valid() || !key.IsPublic()) {
			err = errors.New("it is no public key")
		}
		if err != nil {
			skipped = append(skipped, fmt.Sprintf("number %d: %v", i+1, err))
			continue
		}
		keys.Keys = append(keys.Keys, key)
	}
	told := strings.Join(skipped, "; ")
	if told != "" && told != k.skipped {
		k.log.Warn("keys of the issuer of tokens are not understood and are skipped; tokens that they sign are refused",
			"issuer", k.issuer, "skipped", told)
	}
	k.skipped = told
	return keys
}
