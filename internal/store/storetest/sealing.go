package storetest

import (
	"bytes"
	"context"
	"testing"

	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/store"
)

// sealing is what a stand seals with; nil seals and opens nothing.
type sealing struct {
	on      bool
	key     seal.Key
	wrapped []byte
}

// newSealing seals with a data key of its own.
func newSealing(t *testing.T) *sealing {
	t.Helper()
	s := &sealing{on: true, key: bytes.Repeat([]byte{7}, seal.KeySize)}
	by, err := s.key.Wrapper()
	if err == nil {
		s.wrapped, err = seal.NewKeyset(by)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// foreign seals with a data key that s does not have.
func (s *sealing) foreign(t *testing.T) *sealing {
	t.Helper()
	other := newSealing(t)
	other.on = s.on
	return other
}

// off opens what s has sealed and seals nothing.
func (s *sealing) off() *sealing {
	other := *s
	other.on = false
	return &other
}

// rotated opens what s has sealed and seals with a newer data key.
func (s *sealing) rotated(t *testing.T) *sealing {
	t.Helper()
	by, err := s.key.Wrapper()
	other := *s
	if err == nil {
		other.wrapped, err = seal.Rotate(s.wrapped, by, by)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &other
}

// option is as a store is opened with it.
func (s *sealing) option() func(context.Context, store.Store) (store.Sealing, error) {
	if s == nil {
		return nil
	}
	return func(context.Context, store.Store) (store.Sealing, error) {
		by, err := s.key.Wrapper()
		if err != nil {
			return nil, err
		}
		sealer, err := seal.Open(by, s.wrapped)
		if err != nil {
			return nil, err
		}
		return sealer.AtRest([]byte("seed"), s.on)
	}
}
