package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

const preferHeader = "Prefer"

// preferredWait is how long the caller of a write prefers to wait for its end (RFC 7240 section 4.3), cut to the most
// that it may; negative if it says nothing of that. Of a preference that is given twice the first counts, and one that
// is none of ours is passed over, as section 2 demands. A wait that cannot be read is refused: its sender would take the
// 202 that it gets for a TSP that is slow.
func preferredWait(r *http.Request) (time.Duration, error) {
	for _, one := range parted(strings.Join(r.Header.Values(preferHeader), ","), ',') {
		name, value, _ := strings.Cut(parted(one, ';')[0], "=")
		if !strings.EqualFold(strings.TrimSpace(name), "wait") {
			continue
		}
		text := strings.Trim(strings.TrimSpace(value), `"`)
		seconds, err := strconv.ParseUint(text, 10, 31)
		if err != nil {
			return 0, problem.InvalidBody(wrong(preferHeader, one,
				"wait must be a number of whole seconds, as in wait=20; leave it out to be answered at once",
				resource.CodePattern))
		}
		return min(time.Duration(seconds)*time.Second, operation.MostWait), nil
	}
	return -1, nil
}

// parted parts a header's value at a separator, but not within quotes.
func parted(value string, at rune) []string {
	quoted, escaped := false, false
	parts := []string{""}
	for _, c := range value {
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case c == at && !quoted:
			parts = append(parts, "")
			continue
		}
		parts[len(parts)-1] += string(c)
	}
	return parts
}

// await has the caller of an async write wait for its end as long as it prefers, and returns the operation and the
// status to answer with: that of a sync write if it has ended.
func (s *Server) await(w http.ResponseWriter, r *http.Request, op operation.Operation, most time.Duration) (
	operation.Operation, int) {
	op, waited := s.Operations.Await(r.Context(), op, most)
	if waited {
		w.Header().Set("Preference-Applied", "wait="+strconv.Itoa(int(most/time.Second)))
	}
	if waited && op.State.Ended() {
		return op, endOf(op)
	}
	return op, statusOf(op)
}
