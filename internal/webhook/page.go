package webhook

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
)

// Page is one page of a list on the wire, newest first.
type Page[T any] struct {
	Items                []T     `json:"items"`
	CurrentPage          *string `json:"current_page"`
	CurrentPageBackwards *string `json:"current_page_backwards"`
	PreviousPage         *string `json:"previous_page"`
	NextPage             *string `json:"next_page"`
}

// pageOf makes the page from what the store returned, which may be one entry too many. Its
// last parameter gives an entry's wire form and position.
func pageOf[E, T any](r PageRequest, w Window, all []E, entry func(E) (T, Position)) Page[T] {
	page := Page[T]{Items: []T{}}
	backwards, more := !w.After.IsZero(), len(all) == w.Limit
	if more && backwards {
		all = all[1:]
	} else if more {
		all = all[:len(all)-1]
	}
	for _, e := range all {
		item, _ := entry(e)
		page.Items = append(page.Items, item)
	}
	if r.Cursor != "" {
		page.CurrentPage = &r.Cursor
	}
	if len(all) == 0 {
		return page
	}
	_, first := entry(all[0])
	_, last := entry(all[len(all)-1])
	if more || backwards {
		page.NextPage = cursor(older, last)
	}
	if more && backwards || !w.Before.IsZero() {
		page.PreviousPage = cursor(newer, first)
	}
	return page
}

// The directions of a cursor, its first byte.
const (
	older = 'o'
	newer = 'n'
)

// cursorBytes is direction, microseconds since 1970 and id.
const cursorBytes = 1 + 8 + 16

func cursor(direction byte, p Position) *string {
	b := make([]byte, 0, cursorBytes)
	b = append(b, direction)
	b = binary.BigEndian.AppendUint64(b, uint64(p.At.UnixMicro()))
	b = append(b, p.ID[:]...)
	text := base64.RawURLEncoding.EncodeToString(b)
	return &text
}

func parseCursor(text string) (Window, error) {
	if text == "" {
		return Window{}, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != cursorBytes {
		return Window{}, badCursor()
	}
	p := Position{At: time.UnixMicro(int64(binary.BigEndian.Uint64(b[1:9]))).UTC(), ID: uuid.UUID(b[9:])}
	switch {
	case p.IsZero():
		return Window{}, badCursor()
	case b[0] == older:
		return Window{Before: p}, nil
	case b[0] == newer:
		return Window{After: p}, nil
	}
	return Window{}, badCursor()
}

func badCursor() error {
	return problem.New(problem.BadRequest, "The cursor is not one that this list gave out. Send the next_page or "+
		"previous_page of an earlier answer unchanged, or leave the cursor out to begin anew.")
}
