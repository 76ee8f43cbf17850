package rest

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds what we believe of a TSP's wish to be left alone.
const maxRetryAfter = time.Hour

// retryAfter reads the Retry-After header: seconds, with a fraction as Samsara sends them, or
// an HTTP date. It is between 0, which stands for no or an unreadable wish, and an hour. It
// rounds up, because a call that comes too early is refused again.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if date, err := http.ParseTime(text); err == nil {
		return min(max(date.Sub(now), 0), maxRetryAfter)
	}
	// ParseFloat alone would also read hexadecimal, "inf" and "nan".
	if strings.Trim(text, "+-.0123456789eE") != "" {
		return 0
	}
	// Out of range is infinite, and so clamped.
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(seconds, 0) {
		return 0
	}
	seconds = min(max(seconds, 0), maxRetryAfter.Seconds())
	return time.Duration(math.Ceil(seconds * float64(time.Second)))
}
