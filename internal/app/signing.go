package app

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/seal"
)

// metaSigning is the name under which the signing keys are kept, sealed as one list.
const metaSigning = "signing-keys"

// signingKey is a key as it is kept.
type signingKey struct {
	ID        string    `json:"id"`
	Seed      []byte    `json:"seed"`
	RetiredAt time.Time `json:"retired_at"`
}

// newSigningKey makes a key that signs.
func newSigningKey() (signingKey, error) {
	id, seed := make([]byte, 8), make([]byte, ed25519.SeedSize)
	for _, random := range [][]byte{id, seed} {
		if _, err := rand.Read(random); err != nil {
			return signingKey{}, fmt.Errorf("making a signing key: %w", err)
		}
	}
	return signingKey{ID: hex.EncodeToString(id), Seed: seed}, nil
}

// tokens makes what gives and verifies tokens.
func (a *App) tokens(ctx context.Context, p parts) (g access.Gate, err error) {
	if !a.config.OwnIssuerOff {
		// They are made and sealed anew by whoever serves, which lets a rotation know by which data key.
		if _, _, err := a.keptSigning(ctx, a.keys.sealer); err != nil {
			return g, err
		}
		g.Own = access.NewIssuer(a.db, a.signingKeys(a.keys.sealer), a.now)
	}
	if of := a.config.OIDC; of.Issuer != "" {
		a.issuer = access.NewExternal(access.ExternalConfig{
			Issuer: of.Issuer, Audience: of.Audience, Store: a.db, Now: a.outside(), Log: a.log,
			HTTP: outbound.TSP(p.policy, of.Issuer),
			Claims: access.ClaimNames{Client: of.Claims["client"], Partner: of.Claims["partner"], Fleet: of.Claims["fleet"],
				Scopes: of.Claims["scopes"]},
		})
		g.External = a.issuer
	}
	return g, nil
}

// signingKeys reads the keys that sign and verify tokens, and makes the first.
func (a *App) signingKeys(sealer *seal.Sealer) access.KeySource {
	return func(ctx context.Context) ([]access.SigningKey, error) {
		kept, _, err := a.keptSigning(ctx, sealer)
		var all []access.SigningKey
		for _, k := range kept {
			all = append(all, access.SigningKey{ID: k.ID, Key: ed25519.NewKeyFromSeed(k.Seed), RetiredAt: k.RetiredAt})
		}
		return all, err
	}
}

// keptSigning returns the keys, and how they are kept.
func (a *App) keptSigning(ctx context.Context, sealer *seal.Sealer) (keys []signingKey, sealed []byte, err error) {
	text, sealed, err := a.sealedMeta(ctx, sealer, metaSigning, func() ([]byte, error) {
		first, err := newSigningKey()
		if err != nil {
			return nil, err
		}
		return json.Marshal([]signingKey{first})
	})
	if err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(text, &keys); err != nil {
		return nil, nil, fmt.Errorf("reading the signing keys: %w", err)
	}
	return keys, sealed, nil
}

func sealSigning(sealer *seal.Sealer, keys []signingKey) ([]byte, error) {
	text, err := json.Marshal(keys)
	if err != nil {
		return nil, fmt.Errorf("encoding the signing keys: %w", err)
	}
	return sealer.Seal(text, []byte(metaSigning))
}

// RotateSigning lets another key sign tokens, beside a running service too, and returns its id.
// Tokens of the keys before count until they expire; endTokens withdraws these keys at once.
func RotateSigning(ctx context.Context, c config.Config, endTokens bool) (id string, err error) {
	by, err := wrapperOf(c)
	if err != nil {
		return "", err
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return "", err
	}
	wrapped, err := rotatable(ctx, db)
	if err == nil {
		id, err = (&App{config: c, db: db, now: db.Now}).rotateSigning(ctx, by, wrapped, endTokens)
	}
	return id, errors.Join(err, db.Close())
}

func (a *App) rotateSigning(ctx context.Context, by seal.Wrapper, wrapped []byte, endTokens bool) (string, error) {
	keys, err := seal.Open(by, wrapped)
	if err != nil {
		return "", err
	}
	next, err := newSigningKey()
	if err != nil {
		return "", err
	}
	for {
		kept, err := a.db.Meta(ctx, metaSigning)
		if err == nil && kept == nil {
			return "", errors.New("this database has no key that signs tokens, so there is nothing to rotate; a service with " +
				"the built-in issuer makes one at its start")
		}
		if err != nil {
			return "", fmt.Errorf("reading how the signing keys are sealed: %w", err)
		}
		// A data key that was added beside a running service is not known to it before its next start.
		sealer, err := keys.Like(kept)
		if err != nil {
			return "", fmt.Errorf("reading how the signing keys are sealed: %w", err)
		}
		all, before, err := a.keptSigning(ctx, sealer)
		if err != nil {
			return "", err
		}
		after, err := sealSigning(sealer, append(retired(all, a.now(), endTokens), next))
		if err != nil {
			return "", err
		}
		err = a.db.SwapMeta(ctx, metaSigning, before, after)
		if errors.Is(err, fence.ErrOvertaken) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("keeping the signing keys: %w", err)
		}
		return next.ID, nil
	}
}

// retired are keys as another takes their place: those that still verify.
func retired(keys []signingKey, now time.Time, withdrawn bool) []signingKey {
	for i := range keys {
		if keys[i].RetiredAt.IsZero() {
			keys[i].RetiredAt = now
		}
	}
	return slices.DeleteFunc(keys, func(k signingKey) bool {
		return withdrawn || !access.SigningKey{RetiredAt: k.RetiredAt}.Verifies(now)
	})
}
