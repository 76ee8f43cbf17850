package main

import (
	"math"
	"testing"
	"time"
)

func TestARateDoesNotCountWhatWasSavedUp(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	for _, saved := range []int{0, 4, 10} {
		var all []time.Time
		for range saved {
			all = append(all, begun)
		}
		for n := range 150 {
			all = append(all, begun.Add(time.Duration(n)*20*time.Millisecond))
		}
		c := calls{at: map[string][]time.Time{"deep": all}}
		if rate := c.rate("deep", time.Second); math.Abs(rate-50) > 0.01 {
			t.Errorf("with %d saved up the rate is %g", saved, rate)
		}
	}
	if rate := (&calls{}).rate("deep", time.Second); rate != 0 {
		t.Errorf("of none it is %g", rate)
	}
}
