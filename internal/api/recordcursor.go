package api

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
)

// recordCursor is a place in a list of records, with what the next request need not repeat.
type recordCursor struct {
	// ahead asks for the page before the place instead of the one behind it.
	ahead bool
	query record.Query
	at    record.Position
}

// A cursor is a version, direction, order, seq, the ends of the time range in microseconds,
// and the time or text that the list is sorted by.
const (
	cursorAhead      = 1
	cursorDescending = 2
	cursorHead       = 3 + 3*8
)

func writeRecordCursor(c recordCursor) string {
	flags := byte(0)
	if c.ahead {
		flags |= cursorAhead
	}
	if c.query.Descending {
		flags |= cursorDescending
	}
	b := []byte{1, flags, byte(slices.Index(record.Sorts(), c.query.Sort))}
	b = binary.BigEndian.AppendUint64(b, uint64(c.at.Seq))
	b = binary.BigEndian.AppendUint64(b, uint64(cursorTime(c.query.From)))
	b = binary.BigEndian.AppendUint64(b, uint64(cursorTime(c.query.To)))
	if c.query.Sort == record.BySource {
		b = append(b, c.at.Text...)
	} else {
		b = binary.BigEndian.AppendUint64(b, uint64(c.at.At.UnixMicro()))
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func cursorTime(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func timeAt(b []byte) time.Time { return time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC() }

// readRecordCursor sets the query's place from a cursor that writeRecordCursor made. The order
// of the cursor's list holds unless the request names another one, which is a mistake; its time
// range holds unless the request names its own.
func readRecordCursor(cursor string, q *record.Query, ordered bool) error {
	if cursor == "" {
		return nil
	}
	bad := problem.New(problem.BadRequest, "the cursor is not one that this list gave; leave it out to begin at the first page")
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) < cursorHead || b[0] != 1 || b[1] > 3 || int(b[2]) >= len(record.Sorts()) {
		return bad
	}
	sort, descending := record.Sorts()[b[2]], b[1]&cursorDescending != 0
	at := record.Position{Seq: int64(binary.BigEndian.Uint64(b[3:]))}
	switch {
	case sort == record.BySource:
		at.Text = string(b[cursorHead:])
	case len(b) == cursorHead+8:
		at.At = timeAt(b[cursorHead:])
	default:
		return bad
	}
	if at.Seq < 1 {
		return bad
	}
	if q.Sort != "" && q.Sort != sort || ordered && q.Descending != descending {
		return problem.New(problem.BadRequest, "the cursor belongs to a list that is sorted by %s in another order; leave out sort_by and sort_order, or the cursor", sort)
	}
	q.Sort, q.Descending = sort, descending
	if from, to := timeAt(b[11:]), timeAt(b[19:]); record.ModelOf(q.Kind).Log && q.From.IsZero() && q.To.IsZero() {
		q.From, q.To = from, to
	}
	if q.Behind = at; b[1]&cursorAhead != 0 {
		q.Behind, q.Ahead = record.Position{}, at
	}
	return nil
}
