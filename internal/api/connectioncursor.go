package api

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
)

// connectionCursorSize is a version, a direction, microseconds since 1970 and an id.
const connectionCursorSize = 1 + 1 + 8 + 16

// writeConnectionCursor makes the opaque form of a place in a list of connections: 'b' for what
// comes behind it, 'a' for what comes before it.
func writeConnectionCursor(direction byte, p connection.Position) string {
	b := binary.BigEndian.AppendUint64([]byte{1, direction}, uint64(p.At.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(b, p.ID[:]...))
}

// readConnectionCursor sets the filter's place from a cursor that writeConnectionCursor made.
func readConnectionCursor(cursor string, f *connection.Filter) error {
	if cursor == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil && len(b) == connectionCursorSize && b[0] == 1 {
		p := connection.Position{At: time.UnixMicro(int64(binary.BigEndian.Uint64(b[2:10]))).UTC(), ID: uuid.UUID(b[10:])}
		switch {
		case p.IsZero():
		case b[1] == 'b':
			f.Before = p
			return nil
		case b[1] == 'a':
			f.After = p
			return nil
		}
	}
	return problem.New(problem.BadRequest, "the cursor is not one that this list gave; leave it out to begin at the first page")
}
