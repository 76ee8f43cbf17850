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

// Read reads the Retry-After header: seconds, with a fraction as Samsara sends them, or an HTTP
// date. It is between 0, which stands for no or an unreadable wish, and Max. It rounds up,
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
	seconds = min(max(seconds, 0), Max.Seconds())
	return time.Duration(math.Ceil(seconds * float64(time.Second)))
}
