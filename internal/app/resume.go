package app

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/perform"
	"github.com/waybill-dev/waybill/internal/seal"
)

// The names of what is kept beside the tables.
const (
	metaKeyset  = "keyset"
	metaDerive  = "derivation-key"
	metaLimits  = "limits"
	metaStarted = "started"
)

// secrets are what the program opens with the operator's key. All are made at the first start.
type secrets struct {
	sealer *seal.Sealer
	// derivation makes the passwords that TSPs demand.
	derivation []byte
}

func (a *App) secrets(ctx context.Context) (out secrets, err error) {
	key, err := keyOf(a.config)
	if err != nil {
		return out, err
	}
	wrapped, err := a.metaOr(ctx, metaKeyset, func() ([]byte, error) { return seal.NewKeyset(key) })
	if err != nil {
		return out, err
	}
	if out.sealer, err = seal.Open(key, wrapped); err != nil {
		return out, err
	}
	out.derivation, err = a.sealedSeed(ctx, out.sealer, metaDerive)
	return out, err
}

// sealedSeed returns 32 random bytes that are kept sealed under a name.
func (a *App) sealedSeed(ctx context.Context, sealer *seal.Sealer, name string) ([]byte, error) {
	sealed, err := a.metaOr(ctx, name, func() ([]byte, error) {
		seed := make([]byte, 32)
		if _, err := rand.Read(seed); err != nil {
			return nil, fmt.Errorf("making the %s: %w", name, err)
		}
		return sealer.Seal(seed, []byte(name))
	})
	if err != nil {
		return nil, err
	}
	return sealer.Open(sealed, []byte(name))
}

// derive makes 32 bytes that are always the same for an operation and a label.
func (s secrets) derive(operation uuid.UUID, label string) []byte {
	out, err := hkdf.Key(sha256.New, s.derivation, operation[:], label, sha256.Size)
	if err != nil {
		return nil
	}
	return out
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
	// Another process may have made it meanwhile; what is kept counts.
	if value, err = a.db.MetaOr(ctx, name, value); err != nil {
		return nil, fmt.Errorf("keeping the %s: %w", name, err)
	}
	return value, nil
}

// resume takes up what the last process left: the state of the limits after an orderly stop,
// empty limits and operations of unknown outcome after a crash.
func (a *App) resume(ctx context.Context, settling perform.Settling) (*dispatch.Budget, error) {
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
		saved, a.cutAt = nil, time.Now()
	}
	if err := a.db.SetMeta(ctx, metaLimits, nil); err != nil {
		return nil, fmt.Errorf("noting the start: %w", err)
	}
	if err := a.db.SetMeta(ctx, metaStarted, []byte(time.Now().UTC().Format(time.RFC3339))); err != nil {
		return nil, fmt.Errorf("noting the start: %w", err)
	}
	n, err := a.db.Unsent(ctx, time.Now(), perform.Marked(settling.Registry))
	if err != nil {
		return nil, fmt.Errorf("taking up operations of which nothing was sent: %w", err)
	}
	if n > 0 {
		a.log.Warn("operations were interrupted before anything of them was sent; they are tried again", "count", n)
	}
	n, err = a.db.Interrupted(ctx, time.Now(), settling.Of)
	if err != nil {
		return nil, fmt.Errorf("taking up interrupted operations: %w", err)
	}
	if n > 0 {
		a.log.Warn("operations were interrupted; the outcome of async ones is looked up", "count", n)
	}
	return dispatch.NewBudget(time.Now, saved), nil
}

// pause keeps the state of the limits for the next start, and with it that this process stopped in
// order. One that has cut attempts off did not.
func (a *App) pause(ctx context.Context) error {
	if a.dispatcher.Cut() {
		return nil
	}
	text, err := json.Marshal(a.budget.State())
	if err != nil {
		return fmt.Errorf("keeping the state of the limits: %w", err)
	}
	return a.db.SetMeta(ctx, metaLimits, text)
}
