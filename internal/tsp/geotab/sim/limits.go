package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

const (
	// window is the period of every limit, and period is how Geotab writes it.
	window = time.Minute
	period = "1m"
	// defaultRetry is the example of Geotab's page, in seconds.
	defaultRetry = 58
	// defaultRate is for what has no row in Geotab's tables. Geotab states no default, so that nobody is refused for it
	// unless the switch assumed_limits is on (developers.geotab.com/myGeotab/guides/rateLimits, read 2026-11-27).
	defaultRate = 60
)

// windows count the calls of each key in a window that begins with its first call.
type windows struct {
	mu   sync.Mutex
	open map[string]counted
}

type counted struct {
	from time.Time
	n    int
}

func (w *windows) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = map[string]counted{}
}

// count counts a call of which there may be most, and reports whether it was within the limit, how many are left and
// when the window ends. One that is not within does not count.
func (w *windows) count(now time.Time, key string, most int) (within bool, left int, end time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.open[key]
	if !now.Before(c.from.Add(window)) {
		c = counted{from: now}
	}
	within = c.n < most
	if within {
		c.n++
	}
	w.open[key] = c
	return within, most - c.n, c.from.Add(window)
}

// take counts a call while limits are enforced, and tells of it in the answer's headers; otherwise all windows are
// forgotten.
func (s *service) take(c *simkit.Call, key string, most int) error {
	if !s.Host.Limiter.Enabled() {
		s.windows.clear()
		return nil
	}
	now := s.Host.Now()
	within, left, end := s.windows.count(now, key, most)
	c.Answer.Set("X-Rate-Limit-Limit", period)
	c.Answer.Set("X-Rate-Limit-Remaining", strconv.Itoa(left))
	c.Answer.Set("X-Rate-Limit-Reset", stamp(end))
	if within || s.Host.On(comingSoon) {
		return nil
	}
	return &simkit.Refusal{Status: http.StatusTooManyRequests, Message: overQuota(most), RetryAfter: end.Sub(now)}
}

func overQuota(most int) string {
	return fmt.Sprintf("API calls quota exceeded. Maximum admitted %d per %s.", most, period)
}

// takeFor counts a call on an entity. Geotab counts per method, entity, user and database; there is one database.
func (s *service) takeFor(c *simkit.Call, e *entity) error {
	most, stated := e.rates[c.Name]
	switch {
	case stated:
	case s.Host.On(simkit.AssumedLimits):
		most = defaultRate
	default:
		return nil
	}
	return s.take(c, c.Name+" "+e.name+" "+callerOf(c).user.ID, most)
}
