package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"github.com/google/uuid"
)

// What is wrong with a cursor, in words for the caller who sent it.
var (
	// ErrBroken: no cursor of ours, or not as we gave it.
	ErrBroken = errors.New("is not a cursor that this service gave, or was changed on the way; " + remedy)
	// ErrList: a page of another list gave it.
	ErrList = errors.New("belongs to another list; " + remedy)
	// ErrFilters: a page of this list gave it, under other filters.
	ErrFilters = errors.New("belongs to this list with other filters or in another order; keep the other parameters " +
		"as they were, or leave the cursor out to begin at the first page")
)

const remedy = "send next_page or previous_page of an earlier answer of this list as it is, or leave the cursor out " +
	"to begin at the first page"

// List is what a cursor is bound to.
type List struct {
	// Path tells one list from another.
	Path string
	// Filters say, in one form whatever their order, what the list is narrowed to.
	Filters string
}

// Cursor leads to a page beside one that was shown.
type Cursor struct {
	Place     Position
	Backwards bool
	// Carried is what the list wants to find again with the next request.
	Carried string

	list mark
}

// mark is a List in a cursor: four bytes of its path's hash and eight of its filters'.
type mark [4 + 8]byte

func (l List) mark() mark {
	path, filters := sha256.Sum256([]byte(l.Path)), sha256.Sum256([]byte(l.Filters))
	return mark(append(path[:4:4], filters[:8]...))
}

// A cursor is a version, its direction, the list's mark, the place's time in microseconds, its
// Seq and ID, the length of its text, the text, what is carried, and a checksum. The checksum
// finds mistakes; it need not keep out forgers, because a cursor gives no right to anything.
const (
	version = 1
	head    = 2 + len(mark{}) + 8 + 8 + len(uuid.Nil)
	sumSize = 8
)

// Write returns the opaque form of a cursor of the list.
func (l List) Write(c Cursor) string {
	direction, m := byte(0), l.mark()
	if c.Backwards {
		direction = 1
	}
	b := append([]byte{version, direction}, m[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(c.Place.At.UnixMicro()))
	b = binary.BigEndian.AppendUint64(b, uint64(c.Place.Seq))
	b = append(b, c.Place.ID[:]...)
	b = binary.AppendUvarint(b, uint64(len(c.Place.Text)))
	b = append(b, c.Place.Text...)
	b = append(b, c.Carried...)
	return base64.RawURLEncoding.EncodeToString(append(b, sum(b)...))
}

func sum(b []byte) []byte {
	all := sha256.Sum256(b)
	return all[:sumSize]
}

// Read returns the cursor that Write made of it, or ErrBroken. Check must follow.
func Read(text string) (Cursor, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	// The decoder takes line breaks and stray bits that the encoder does not make.
	if err != nil || len(b) < head+sumSize || base64.RawURLEncoding.EncodeToString(b) != text {
		return Cursor{}, ErrBroken
	}
	b, given := b[:len(b)-sumSize], b[len(b)-sumSize:]
	size, n := binary.Uvarint(b[head:])
	if !bytes.Equal(sum(b), given) || b[0] != version || b[1] > 1 || n <= 0 || size > uint64(len(b)-head-n) {
		return Cursor{}, ErrBroken
	}
	fixed, rest := b[2:head], b[head+n:]
	c := Cursor{Backwards: b[1] == 1, Carried: string(rest[size:]), list: mark(fixed)}
	fixed = fixed[len(c.list):]
	c.Place = Position{At: time.UnixMicro(int64(binary.BigEndian.Uint64(fixed))).UTC(),
		Seq: int64(binary.BigEndian.Uint64(fixed[8:])), ID: uuid.UUID(fixed[16:]), Text: string(rest[:size])}
	return c, nil
}

// Check returns ErrList or ErrFilters if the cursor is not one of the list.
func (c Cursor) Check(l List) error {
	switch of := l.mark(); {
	case c.list == of:
		return nil
	case !bytes.Equal(c.list[:4], of[:4]):
		return ErrList
	}
	return ErrFilters
}
