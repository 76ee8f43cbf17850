// Package retryafter reads how long the other side of an HTTP exchange wishes to be left alone.
package retryafter

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Max bounds what is believed of such a wish.
const Max = time.Hour

// The numbers that are moments and no seconds to wait: Unix times of 2001 to 2286, in seconds or in
// milliseconds, as X-RateLimit-Reset has them and some servers put them here. As a wait the least of
// them would be thirty years.
const (
	leastUnix = 1e9
	endOfUnix = 1e10
	millis    = 1000
)

// Read reads the Retry-After header: seconds, with a fraction as Samsara sends them, an HTTP date, or
// a Unix time. It is between 0, which stands for no or an unreadable wish, and Max. It rounds up,
// because a call that comes too early is refused again.
func Read(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if date, err := http.ParseTime(text); err == nil {
		return min(max(date.Sub(now), 0), Max)
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
	if seconds >= leastUnix*millis && seconds < endOfUnix*millis {
		seconds /= millis
	}
	if seconds >= leastUnix && seconds < endOfUnix {
		seconds -= float64(now.UnixMicro()) / 1e6
	}
	seconds = min(max(seconds, 0), Max.Seconds())
	return time.Duration(math.Ceil(seconds * float64(time.Second)))
}
