package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/wire"
)

// masked stands for whatever must not be shown.
const masked = wire.Mask

// Secret is the key of a subscription's signatures. Every way of printing or marshalling it shows
// five asterisks; string(s) is the only way to the text. A secret in the clear stands in the
// answer to a creation and in the memory of a lane, and nowhere else.
type Secret string

// Format prints the mask, whatever the verb. A String method would not do: %#v and %d pass it by.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// MarshalText gives the mask to JSON and to slog.
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// RandomSecret returns a new secret of 256 bits in the form of Standard Webhooks, so that its
// libraries verify with it as it is.
func RandomSecret() Secret {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails; see its documentation
	return Secret(secretPrefix + base64.StdEncoding.EncodeToString(b[:]))
}

// Sealer encrypts what must not lie in the clear at rest. The context is authenticated and
// not stored: opening with another one is an error.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
}

// SecretContext is what a sealed secret is bound to: the 16 bytes of the subscription's id
// and the 16 bytes of its partner's id. A secret copied to another row does not open.
func SecretContext(subscription, partner uuid.UUID) []byte {
	return append(subscription[:], partner[:]...)
}

// OpenSecret returns a stored subscription with its secret in the clear, and the one before it if that
// still signs at a time, ready for delivery. It opens nothing that was sealed for another row, which means that the
// database was tampered with or its key is another one.
func OpenSecret(sealer Sealer, s Subscription, at time.Time) (Subscription, error) {
	context := SecretContext(s.ID, s.Partner)
	plain, err := sealer.Open(s.Sealed, context)
	if err != nil {
		return Subscription{}, fmt.Errorf("opening the secret of subscription %s: %w", s.ID, err)
	}
	s.Secret = Secret(plain)
	if len(s.Previous) == 0 || !s.PreviousUntil.After(at) {
		return s, nil
	}
	if plain, err = sealer.Open(s.Previous, context); err != nil {
		return Subscription{}, fmt.Errorf("opening the secret before the last of subscription %s: %w", s.ID, err)
	}
	s.PreviousSecret = Secret(plain)
	return s, nil
}

// overlapped leaves out the secret before the last rotation once its time is over.
func (s Subscription) overlapped(at time.Time) Subscription {
	if !s.PreviousUntil.After(at) {
		s.Previous, s.PreviousUntil = nil, time.Time{}
	}
	return s
}

// secrets are those that sign at a time, the one in force first.
func (s Subscription) secrets(at time.Time) []Secret {
	if s.PreviousSecret == "" || !s.PreviousUntil.After(at) {
		return []Secret{s.Secret}
	}
	return []Secret{s.Secret, s.PreviousSecret}
}
