package sim

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// window is the period of every limit, and period is how Geotab writes it.
	window = time.Minute
	period = "1m"
	// defaultRetry is the example of Geotab's page, in seconds.
	defaultRetry = 58
	// defaultRate is for what has no row in Geotab's tables; that it is the default is inferred.
	defaultRate = 60
)

// limit is how many calls of one key there may be in a window.
type limit struct {
	key string
	n   int
}

// quota is what the headers tell of a limit. Its zero value tells nothing.
type quota struct {
	limit, remaining int
	reset            time.Time
}

func (q quota) tell(h http.Header) {
	if q.reset.IsZero() {
		return
	}
	h.Set("X-Rate-Limit-Limit", period)
	h.Set("X-Rate-Limit-Remaining", strconv.Itoa(q.remaining))
	h.Set("X-Rate-Limit-Reset", stamp(q.reset))
}

// windows count the calls of each key in a window that begins with its first call.
type windows struct {
	mu   sync.Mutex
	open map[string]*counted
}

type counted struct {
	from time.Time
	n    int
}

func (w *windows) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = nil
}

// count counts a call, and reports whether it was within the limit. One that is not does not count.
func (w *windows) count(now time.Time, l limit) (quota, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open == nil {
		w.open = map[string]*counted{}
	}
	c, ok := w.open[l.key]
	if !ok || !now.Before(c.from.Add(window)) {
		c = &counted{from: now}
		w.open[l.key] = c
	}
	within := c.n < l.n
	if within {
		c.n++
	}
	return quota{limit: l.n, remaining: l.n - c.n, reset: c.from.Add(window)}, within
}

// take counts a call while limits are enforced; otherwise all windows are forgotten.
func (s *service) take(l limit) (quota, error) {
	if !s.host.Limiter.Enabled() {
		s.windows.clear()
		return quota{}, nil
	}
	now := s.host.Now()
	q, within := s.windows.count(now, l)
	if within || s.host.On(comingSoon) {
		return q, nil
	}
	wait := q.reset.Sub(now)
	return q, overQuota(q, max(int64((wait+time.Second-1)/time.Second), 1))
}

func overQuota(q quota, retryAfter int64) error {
	return &exception{kind: typeOverLimit, code: codeGeneral, retryAfter: retryAfter,
		message: "API calls quota exceeded. Maximum admitted " + strconv.Itoa(q.limit) + " per " + period + "."}
}

// takeFor counts a call on an entity. Geotab counts per method, entity, user and database; there is one database.
func (s *service) takeFor(c *call, e *entity) error {
	n, ok := e.rates[c.method]
	if !ok {
		n = defaultRate
	}
	var err error
	c.quota, err = s.take(limit{key: c.method + " " + e.name + " " + c.user.ID, n: n})
	return err
}
