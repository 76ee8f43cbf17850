package app

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/seal"
)

// The names of what is kept beside the tables.
const (
	metaKeyset  = "keyset"
	metaSigning = "signing-key"
	metaLimits  = "limits"
	metaStarted = "started"
)

// secrets opens the data keyset and the key that signs tokens, making both at the first start.
func (a *App) secrets(ctx context.Context) (*seal.Sealer, *access.Issuer, error) {
	key, err := parseKey(a.config)
	if err != nil {
		return nil, nil, err
	}
	wrapped, err := a.metaOr(ctx, metaKeyset, func() ([]byte, error) { return seal.NewKeyset(key) })
	if err != nil {
		return nil, nil, err
	}
	sealer, err := seal.Open(key, wrapped)
	if err != nil {
		return nil, nil, err
	}
	sealed, err := a.metaOr(ctx, metaSigning, func() ([]byte, error) {
		seed := make([]byte, ed25519.SeedSize)
		if _, err := rand.Read(seed); err != nil {
			return nil, fmt.Errorf("making a signing key: %w", err)
		}
		return sealer.Seal(seed, []byte(metaSigning))
	})
	if err != nil {
		return nil, nil, err
	}
	seed, err := sealer.Open(sealed, []byte(metaSigning))
	if err != nil {
		return nil, nil, err
	}
	issuer, err := access.NewIssuer(a.db, ed25519.NewKeyFromSeed(seed), time.Now)
	return sealer, issuer, err
}

// metaOr returns a kept value, making it if there is none.
func (a *App) metaOr(ctx context.Context, name string, make func() ([]byte, error)) ([]byte, error) {
	value, err := a.db.Meta(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("reading the %s: %w", name, err)
	}
	if value != nil {
		return value, nil
	}
	if value, err = make(); err != nil {
		return nil, err
	}
	if err := a.db.SetMeta(ctx, name, value); err != nil {
		return nil, fmt.Errorf("keeping the %s: %w", name, err)
	}
	return value, nil
}

// resume takes up what the last process left: the state of the limits after an orderly stop,
// empty limits and operations of unknown outcome after a crash.
func (a *App) resume(ctx context.Context) (*dispatch.Budget, error) {
	started, err := a.db.Meta(ctx, metaStarted)
	if err != nil {
		return nil, fmt.Errorf("reading how the last process stopped: %w", err)
	}
	text, err := a.db.Meta(ctx, metaLimits)
	if err != nil {
		return nil, fmt.Errorf("reading the state of the limits: %w", err)
	}
	saved := map[string]time.Time{}
	switch {
	case text != nil:
		if err := json.Unmarshal(text, &saved); err != nil {
			return nil, fmt.Errorf("reading the state of the limits: %w", err)
		}
	case started != nil:
		saved = nil
	}
	if err := a.db.SetMeta(ctx, metaLimits, nil); err != nil {
		return nil, fmt.Errorf("noting the start: %w", err)
	}
	if err := a.db.SetMeta(ctx, metaStarted, []byte(time.Now().UTC().Format(time.RFC3339))); err != nil {
		return nil, fmt.Errorf("noting the start: %w", err)
	}
	n, err := a.db.Interrupted(ctx, time.Now())
	if err != nil {
		return nil, fmt.Errorf("taking up interrupted operations: %w", err)
	}
	if n > 0 {
		a.log.Warn("operations were interrupted; their outcome is looked up", "count", n)
	}
	return dispatch.NewBudget(time.Now, saved), nil
}

// pause keeps the state of the limits for the next start.
func (a *App) pause(ctx context.Context) error {
	text, err := json.Marshal(a.budget.State())
	if err != nil {
		return fmt.Errorf("keeping the state of the limits: %w", err)
	}
	return a.db.SetMeta(ctx, metaLimits, text)
}
