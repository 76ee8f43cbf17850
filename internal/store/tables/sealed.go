package tables

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Sealing seals what must not be read from the database, and finds it again. Its promises stand at
// store.Sealing, which is the same.
type Sealing interface {
	Seals() bool
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
	Outdated(sealed []byte) bool
	Hash(text []byte) []byte
}

// SealWith says how texts are sealed and opened. It comes before any other use of what may be sealed.
func (db *DB) SealWith(s Sealing) { db.writer.with = s }

// box holds texts at rest. A text that is sealed is stored as a BLOB and one that is not as TEXT, so
// that each value tells for itself how it is to be read, whatever was set when it was written.
type box struct {
	packer packer
	// with is nil for those who work beside the service without its key.
	with Sealing
}

var errSealed = errors.New("this is sealed at rest, and only a service that has the key opens it")

// bound is the context of a sealed text: the column and what identifies the row.
func bound(column string, row ...[]byte) []byte {
	out := append([]byte(column), 0)
	for _, part := range row {
		out = append(out, part...)
	}
	return out
}

// numbered is a number as part of a context.
func numbered(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

func (b *box) seals() bool { return b.with != nil && b.with.Seals() }

// put returns a text as it is to be stored.
func (b *box) put(text string, context []byte) (any, error) {
	if !b.seals() {
		return text, nil
	}
	return b.with.Seal([]byte(text), context)
}

// get returns the text of what is stored; "" for NULL.
func (b *box) get(stored any, context []byte) (string, error) {
	switch v := stored.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case []byte:
		if b.with == nil {
			return "", errSealed
		}
		plain, err := b.with.Open(v, context)
		return string(plain), err
	}
	return "", fmt.Errorf("a text is stored as %T", stored)
}

// renewed returns what is stored as it would be stored at this time; nil if it is so already. What was
// sealed stays sealed.
func (b *box) renewed(stored any, context []byte) (any, error) {
	if sealed, ok := stored.([]byte); ok && !b.with.Outdated(sealed) {
		return nil, nil
	} else if stored == nil || !ok && !b.seals() {
		return nil, nil
	}
	text, err := b.get(stored, context)
	if err != nil {
		return nil, err
	}
	return b.with.Seal([]byte(text), context)
}

// apart tells damage, which concerns one row and is told with it, from what keeps all that is sealed from
// being read: one row must not hold up the others that are read with it.
func apart(err error) (damage, failed error) {
	if errors.Is(err, errSealed) {
		return nil, err
	}
	return err, nil
}

// data returns the stored data of an event, which are sealed alike wherever they lie.
func (b *box) data(stored any, event uuid.UUID) ([]byte, error) {
	text, err := b.get(stored, bound("data", event[:]))
	if err != nil {
		return nil, fmt.Errorf("opening the data of event %s: %w", event, err)
	}
	return []byte(text), nil
}
