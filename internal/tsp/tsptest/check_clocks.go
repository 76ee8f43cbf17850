package tsptest

import (
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkClocks: a write is found whose answer was lost, and one is not found that was not applied,
// although the TSP's clock is minutes from ours.
func checkClocks(t *trial, f form) {
	if f.action.Strength != tsp.VerifyFirst {
		return
	}
	d := f.sample()
	b := f.baseline(d)
	for _, ahead := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		for _, applied := range []bool{false, true} {
			w := f.world(setup{ahead: ahead})
			x := w.write(f, d, 1)
			if applied {
				w.front.expect(at(b.writes[len(b.writes)-1], applyThenDrop))
			} else {
				w.front.expect(at(b.writes[0], drop))
			}
			_, _, _ = w.perform(x)
			w.front.expect(nil)
			time.Sleep(3 * time.Second)
			if _, found, err := w.find(x); found != applied || err != nil {
				t.errorf("where the TSP's clock is %v ahead of ours and it is %v that the write was applied, Find says %v, %v",
					ahead, applied, found, err)
			}
			w.stop()
		}
	}
}
