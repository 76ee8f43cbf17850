// Package measure holds what the benchmark measures with: processes and what they use, spreads of
// figures, and what the machine's disk can do.
package measure

import (
	"fmt"
	"slices"
	"time"
)

// Spread is a sample of figures in order.
type Spread []float64

// SpreadOf orders figures.
func SpreadOf(all ...float64) Spread {
	s := Spread(slices.Clone(all))
	slices.Sort(s)
	return s
}

// Durations is a spread in milliseconds.
func Durations(all []time.Duration) Spread {
	s := make(Spread, len(all))
	for i, d := range all {
		s[i] = float64(d) / float64(time.Millisecond)
	}
	slices.Sort(s)
	return s
}

// At is the figure that a share of all is not above; 0 of none.
func (s Spread) At(share float64) float64 {
	if len(s) == 0 {
		return 0
	}
	place := share * float64(len(s)-1)
	low := int(place)
	if low+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[low] + (s[low+1]-s[low])*(place-float64(low))
}

// Median is the figure in the middle.
func (s Spread) Median() float64 { return s.At(0.5) }

// String is the median between the quartiles.
func (s Spread) String() string {
	return fmt.Sprintf("%s (%s-%s)", Round(s.Median()), Round(s.At(0.25)), Round(s.At(0.75)))
}

// Round writes a figure with as many digits as mean something.
func Round(f float64) string {
	switch a := max(f, -f); {
	case a >= 100:
		return fmt.Sprintf("%.0f", f)
	case a >= 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}
