package sim

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Limits of developers.samsara.com/docs/rate-limits (read 2026-11-23), beside those that each operation documents.
const (
	tokenPerSecond = 150
	orgPerSecond   = 200
)

func perSecond(operation string, n int) simkit.Limit {
	return simkit.Limit{Key: operation, N: n, Per: time.Second}
}

func perMinute(operation string, n int) simkit.Limit {
	return simkit.Limit{Key: operation, N: n, Per: time.Minute}
}

// limit takes the request out of the budgets of its token, of the organisation and of its operation.
func (s *service) limit(t token, own simkit.Limit) error {
	limits := []simkit.Limit{perSecond("token "+t.name, tokenPerSecond), perSecond("organization", orgPerSecond)}
	if own.N > 0 {
		limits = append(limits, own)
	}
	wait := s.host.Limiter.Take(s.host.Now(), limits...)
	if wait == 0 {
		return nil
	}
	return &refusal{status: http.StatusTooManyRequests, message: rateExceeded, retryAfter: fraction(wait)}
}

// fraction is a wait as Samsara writes it: seconds with five digits behind the point, rounded up.
func fraction(wait time.Duration) string {
	const digits = 1e5
	return strconv.FormatFloat(math.Ceil(wait.Seconds()*digits)/digits, 'f', 5, 64)
}
