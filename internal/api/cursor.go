package api

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// writeCursor makes the opaque form of a place in a list: 'b' for what comes behind it, 'a'
// for what comes before it.
func writeCursor(direction byte, p operation.Position) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "1%c%d.%d", direction, p.At.UnixMicro(), p.Seq))
}

// readCursor sets the filter's place from a cursor that writeCursor made.
func readCursor(cursor string, f *operation.Filter) error {
	if cursor == "" {
		return nil
	}
	bad := problem.New(problem.BadRequest, "the cursor is not one that this service gave; leave it out to begin at the first page")
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return bad
	}
	var direction rune
	var micros, seq int64
	if n, err := fmt.Sscanf(string(text), "1%c%d.%d", &direction, &micros, &seq); err != nil || n != 3 || seq < 1 {
		return bad
	}
	p := operation.Position{At: time.UnixMicro(micros), Seq: seq}
	if writeCursor(byte(direction), p) != cursor {
		return bad
	}
	switch direction {
	case 'b':
		f.Before = p
	case 'a':
		f.After = p
	default:
		return bad
	}
	return nil
}
