package sim

import (
	"math"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Limits of developers.samsara.com/docs/rate-limits (read 2026-11-23), beside those that each operation documents.
const (
	tokenPerSecond = 150
	orgPerSecond   = 200
)

func perSecond(n int) simkit.Limit { return simkit.Limit{N: n, Per: time.Second} }

func perMinute(n int) simkit.Limit { return simkit.Limit{N: n, Per: time.Minute} }

// limits are the budgets of the token and of the organisation.
func limits(c *simkit.Call) []simkit.Limit {
	return []simkit.Limit{
		{Key: "token " + caller(c).name, N: tokenPerSecond, Per: time.Second},
		{Key: "organization", N: orgPerSecond, Per: time.Second},
	}
}

// fraction is a wait as Samsara writes it: seconds with five digits behind the point, rounded up.
func fraction(wait time.Duration) string {
	const digits = 1e5
	return strconv.FormatFloat(math.Ceil(wait.Seconds()*digits)/digits, 'f', 5, 64)
}
