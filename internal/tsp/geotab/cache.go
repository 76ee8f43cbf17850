package geotab

import (
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// keptFor is how long an answer about what hardly ever changes is trusted: defect lists, groups, custom
// properties, which devices are trailers, and which users are drivers.
const keptFor = 15 * time.Minute

// cache keeps such answers for a session's many goroutines. Its zero value is empty.
type cache[T any] struct {
	mu   sync.Mutex
	kept map[string]kept[T]
}

type kept[T any] struct {
	value T
	until time.Time
	// err is the end of a load that was previewed.
	err error
}

// get returns what is kept under the key, or what load answers.
func (c *cache[T]) get(now time.Time, key string, load func() (T, error)) (T, error) {
	c.mu.Lock()
	have, ok := c.kept[key]
	c.mu.Unlock()
	if ok && now.Before(have.until) {
		return have.value, have.err
	}
	value, err := load()
	// The session of a preview asks once, as any other does.
	if _, previewed := tsp.Awaited("", err); err != nil && !previewed {
		return value, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[string]kept[T]{}
	}
	c.kept[key] = kept[T]{value, now.Add(keptFor), err}
	return value, err
}
