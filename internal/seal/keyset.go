package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// NewKeyset makes a data keyset, wrapped and fit to be stored.
func NewKeyset(by Wrapper) ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("making a data keyset: %w", err)
	}
	return wrap(handle, by, "")
}

// anchored is the context in which an anchored keyset is wrapped; others are wrapped in none.
const anchored = "anchored"

// Anchor wraps a keyset so that it tells for good, as Sealer.Anchored, that it was in use. Whoever has no
// key can take that from no keyset, other than by putting an older one back.
func Anchor(wrapped []byte, by Wrapper) ([]byte, error) {
	handle, _, err := unwrap(wrapped, by)
	if err != nil {
		return nil, err
	}
	return wrap(handle, by, anchored)
}

func wrap(handle *keyset.Handle, by Wrapper, context string) ([]byte, error) {
	var out bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&out), by, []byte(context)); err != nil {
		return nil, fmt.Errorf("wrapping the data keyset: %w", err)
	}
	return out.Bytes(), nil
}

// unwrap returns a keyset and the context in which it is wrapped.
func unwrap(wrapped []byte, by Wrapper) (*keyset.Handle, string, error) {
	for _, context := range []string{anchored, ""} {
		reader := keyset.NewBinaryReader(bytes.NewReader(wrapped))
		if handle, err := keyset.ReadWithAssociatedData(reader, by, []byte(context)); err == nil {
			return handle, context, nil
		}
	}
	return nil, "", errors.New("the key does not open this database; give the key that it was made with, or that it was " +
		"rotated to last with `waybill key rotate`")
}

// Rotate adds a data key to a wrapped keyset, with which everything is sealed from then on, and wraps
// the keyset anew. The older data keys stay in it, so that what they have sealed opens: whoever knows
// them from a copy that was stolen has learnt what was sealed then, and nothing that comes after.
func Rotate(wrapped []byte, from, to Wrapper) ([]byte, error) {
	handle, context, err := unwrap(wrapped, from)
	if err != nil {
		return nil, err
	}
	manager := keyset.NewManagerFromHandle(handle)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("adding a data key: %w", err)
	}
	if err := manager.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("choosing the data key: %w", err)
	}
	if handle, err = manager.Handle(); err != nil {
		return nil, fmt.Errorf("making the keyset: %w", err)
	}
	return wrap(handle, to, context)
}

// Sealer seals and opens secrets with a data keyset.
type Sealer struct {
	with   tink.AEAD
	handle *keyset.Handle
	// mark is how what is sealed with the newest data key begins.
	mark     []byte
	anchored bool
}

// markSize is the length of a mark: a version of one byte and the id of the data key
// (https://developers.google.com/tink/wire-format#tink_output_prefix, 2026-11-27).
const markSize = 5

// Open unwraps a stored keyset. It fails if it was wrapped by another.
func Open(by Wrapper, wrapped []byte) (*Sealer, error) {
	handle, context, err := unwrap(wrapped, by)
	if err != nil {
		return nil, err
	}
	s, err := newSealer(handle)
	if err == nil {
		s.anchored = context == anchored
	}
	return s, err
}

// Anchored tells whether the keyset was anchored when it was opened.
func (s *Sealer) Anchored() bool { return s.anchored }

func newSealer(handle *keyset.Handle) (*Sealer, error) {
	with, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("using the data keyset: %w", err)
	}
	sample, err := with.Encrypt(nil, nil)
	if err != nil {
		return nil, fmt.Errorf("using the data keyset: %w", err)
	}
	return &Sealer{with: with, handle: handle, mark: sample[:markSize]}, nil
}

// Like returns a sealer whose newest data key is that by which something was sealed: what it seals opens
// for whoever opens that, also if a data key came to the keyset meanwhile.
func (s *Sealer) Like(sealed []byte) (*Sealer, error) {
	if len(sealed) < markSize {
		return nil, errors.New("what is sealed is cut")
	}
	manager := keyset.NewManagerFromHandle(s.handle)
	if err := manager.SetPrimary(binary.BigEndian.Uint32(sealed[1:markSize])); err != nil {
		return nil, fmt.Errorf("choosing the data key: %w", err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("using the data keyset: %w", err)
	}
	return newSealer(handle)
}

// Seal encrypts a secret so that it opens only with the same context, which names the row.
func (s *Sealer) Seal(plain, context []byte) ([]byte, error) {
	out, err := s.with.Encrypt(plain, context)
	if err != nil {
		return nil, fmt.Errorf("sealing a secret: %w", err)
	}
	return out, nil
}

// Open decrypts what Seal made in the same context.
func (s *Sealer) Open(sealed, context []byte) ([]byte, error) {
	out, err := s.with.Decrypt(sealed, context)
	if err != nil {
		return nil, fmt.Errorf("opening a secret: %w", err)
	}
	return out, nil
}

// Outdated tells whether something was sealed with another data key than the newest.
func (s *Sealer) Outdated(sealed []byte) bool {
	return len(sealed) > 0 && !bytes.HasPrefix(sealed, s.mark)
}
