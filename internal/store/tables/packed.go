package tables

import (
	"errors"

	"github.com/klauspost/compress/zstd"
)

// The first byte of what is packed says how the rest is to be read: as it was compressed, or sealed after that. So
// each value tells for itself, as a text that may be sealed does.
const (
	packedOpen   = 0
	packedSealed = 1
)

// maxUnpacked is more than anything that is packed takes, in bytes: most of the calls of an attempt may be headers.
const maxUnpacked = 16 << 20

// packer compresses. It may be used by any number of goroutines, of which some at a time compress.
type packer struct {
	to   *zstd.Encoder
	from *zstd.Decoder
}

// newPacker returns a packer. None of its options can be wrong.
func newPacker() packer {
	to, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(64<<10),
		zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false))
	from, _ := zstd.NewReader(nil, zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxUnpacked))
	return packer{to, from}
}

func (p packer) close() { p.from.Close() }

// pack returns bytes as they are to be stored.
func (b *box) pack(plain, context []byte) ([]byte, error) {
	out := b.packer.to.EncodeAll(plain, []byte{packedOpen})
	if !b.seals() {
		return out, nil
	}
	return b.resealed(out[1:], context)
}

func (b *box) resealed(compressed, context []byte) ([]byte, error) {
	sealed, err := b.with.Seal(compressed, context)
	return append([]byte{packedSealed}, sealed...), err
}

// unpack returns what was packed.
func (b *box) unpack(stored, context []byte) ([]byte, error) {
	compressed, err := b.unsealed(stored, context)
	if err != nil {
		return nil, err
	}
	return b.packer.from.DecodeAll(compressed, nil)
}

func (b *box) unsealed(stored, context []byte) ([]byte, error) {
	switch {
	case len(stored) == 0 || stored[0] > packedSealed:
		return nil, errors.New("it is stored in no form that is known")
	case stored[0] == packedOpen:
		return stored[1:], nil
	case b.with == nil:
		return nil, errSealed
	}
	return b.with.Open(stored[1:], context)
}

// repacked is renewed for what is packed.
func (b *box) repacked(stored any, context []byte) (any, error) {
	if stored == nil {
		return nil, nil
	}
	from, _ := stored.([]byte)
	isSealed := len(from) > 0 && from[0] == packedSealed
	if isSealed && !b.with.Outdated(from[1:]) || !isSealed && !b.seals() {
		return nil, nil
	}
	compressed, err := b.unsealed(from, context)
	if err != nil {
		return nil, err
	}
	return b.resealed(compressed, context)
}
