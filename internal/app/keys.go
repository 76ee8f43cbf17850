package app

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// The names of what is kept sealed beside the tables, and of what seals it.
const (
	metaKeyset = "keyset"
	metaDerive = "derivation-key"
)

// secrets are what the program opens with the operator's key. All are made at the first start.
type secrets struct {
	sealer *seal.Sealer
	// derivation makes the passwords that TSPs demand.
	derivation []byte
}

// errDerivationGone is told for the same reason as errKeysetGone.
var errDerivationGone = errors.New("the database has lost the derivation key, and nothing was changed: restore a " +
	"backup (docs/backup.md); another would derive other passwords and hashes than those in use")

// secrets opens what a start needs, makes what is not there yet, and seals what is there with the newest
// data key, the end of the audit log first. A service that runs does not know that key if it is younger
// than its start, so nobody else does this.
func (a *App) secrets(ctx context.Context) (out secrets, err error) {
	by, err := wrapperOf(a.config)
	if err != nil {
		return out, err
	}
	wrapped, err := keptKeyset(ctx, a.db)
	if err == nil && wrapped == nil {
		wrapped, err = a.metaOr(ctx, metaKeyset, func() ([]byte, error) { return seal.NewKeyset(by) })
	}
	if err != nil {
		return out, err
	}
	if out.sealer, err = seal.Open(by, wrapped); err != nil {
		return out, err
	}
	whole, err := a.sealFirst(ctx, out.sealer)
	if err != nil {
		return out, fmt.Errorf("sealing the end of the audit log: %w", err)
	}
	out.derivation, _, err = a.sealedMeta(ctx, out.sealer, metaDerive, func() ([]byte, error) {
		if out.sealer.Anchored() {
			return nil, errDerivationGone
		}
		return newSeed()
	})
	if err == nil && whole && !out.sealer.Anchored() {
		err = a.anchor(ctx, by, wrapped)
	}
	return out, err
}

// anchor notes in the keyset that the end of the audit log was sealed and a derivation key made. If the
// keyset is rotated meanwhile, the next start does.
func (a *App) anchor(ctx context.Context, by seal.Wrapper, wrapped []byte) error {
	anchored, err := seal.Anchor(wrapped, by)
	if err == nil {
		err = a.db.SwapMeta(ctx, metaKeyset, wrapped, anchored)
	}
	if err != nil && !errors.Is(err, fence.ErrOvertaken) {
		return fmt.Errorf("anchoring the keyset: %w", err)
	}
	return nil
}

// sealedMeta returns what is kept sealed under a name, and as it is kept; first makes it where there is
// none. What an older data key has sealed is sealed anew.
func (a *App) sealedMeta(ctx context.Context, sealer *seal.Sealer, name string,
	first func() ([]byte, error)) (text, sealed []byte, err error) {
	sealed, err = a.metaOr(ctx, name, func() ([]byte, error) {
		text, err := first()
		if err != nil {
			return nil, err
		}
		return sealer.Seal(text, []byte(name))
	})
	if err != nil {
		return nil, nil, err
	}
	if text, err = sealer.Open(sealed, []byte(name)); err != nil {
		return nil, nil, fmt.Errorf("opening the %s: %w", name, err)
	}
	if !sealer.Outdated(sealed) {
		return text, sealed, nil
	}
	anew, err := sealer.Seal(text, []byte(name))
	if err == nil {
		err = a.db.SwapMeta(ctx, name, sealed, anew)
	}
	if errors.Is(err, fence.ErrOvertaken) {
		return text, sealed, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("sealing the %s anew: %w", name, err)
	}
	return text, anew, nil
}

// newSeed makes 32 random bytes.
func newSeed() ([]byte, error) {
	seed := make([]byte, sha256.Size)
	if _, err := rand.Read(seed); err != nil {
		return nil, fmt.Errorf("making a seed: %w", err)
	}
	return seed, nil
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

// resealAgain is after what time sealing anew is tried again where it failed.
const resealAgain = time.Minute

// reseal seals with the newest data key what others have sealed, until nothing is left that opens. What it
// has done it need not do again, so that a start goes on where the last process was stopped.
func (a *App) reseal(ctx context.Context, sealer *seal.Sealer) error {
	told := map[uuid.UUID]bool{}
	for {
		connections, closed, err := a.connections.Reseal(ctx, sealer.Outdated)
		a.tellClosed("connection_id", closed, told)
		subscriptions, closed, failed := webhook.Reseal(ctx, a.db, sealer, sealer.Outdated)
		a.tellClosed("subscription_id", closed, told)
		if n := connections + subscriptions; n > 0 {
			a.log.Info("secrets were sealed anew with the newest data key", "connections", connections, "subscriptions",
				subscriptions)
		}
		if err = errors.Join(err, failed); err == nil || ctx.Err() != nil {
			return nil
		}
		a.log.Error("sealing secrets anew failed; it is tried again", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(resealAgain):
		}
	}
}

// tellClosed logs each row whose secrets do not open once.
func (a *App) tellClosed(key string, closed map[uuid.UUID]error, told map[uuid.UUID]bool) {
	for id, err := range closed {
		if !told[id] {
			a.log.Error("secrets do not open and stay as they are; give new ones, or delete what they belong to", key, id,
				"error", err)
		}
		told[id] = true
	}
}
