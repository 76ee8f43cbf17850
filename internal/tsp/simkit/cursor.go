package simkit

import (
	"encoding/base64"
	"strconv"
)

// Cursor is the opaque text that stands for "after the item with this Seq".
func Cursor(seq int64) string {
	return base64.RawURLEncoding.EncodeToString(strconv.AppendInt(nil, seq, 10))
}

// ParseCursor gives back the Seq of a cursor that Cursor made; false for any other text.
func ParseCursor(cursor string) (int64, bool) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, false
	}
	seq, err := strconv.ParseInt(string(text), 10, 64)
	return seq, err == nil && seq >= 0
}

// Page lists the items of a collection behind a Seq that are to be kept, at most size of them, and tells whether there
// are more; a keep of nil keeps all.
func (tx *Tx) Page(collection string, after int64, size int, keep func(*Item) bool) (page []*Item, more bool) {
	for _, i := range tx.After(collection, after) {
		if keep != nil && !keep(i) {
			continue
		}
		if len(page) == size {
			return page, true
		}
		page = append(page, i)
	}
	return page, false
}
