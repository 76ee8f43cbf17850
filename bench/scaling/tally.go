package main

import (
	"slices"
	"time"
)

// tally counts what happened, and takes the times of what matters.
type tally struct {
	arrived, taken, ended, told, sent, done int
	activations, unknown, pages             int
	// twice counts operations and deliveries that ended more than once, which none may.
	twice int
	// over is by how much of its cap a replica went beyond it at most; at most 1.
	over float64
	// from and until are when operations were born whose times are taken; until may be 0 for all that come.
	from, until time.Duration

	accepts, ends, lags []time.Duration
}

func (t *tally) accepted(op *operation, now time.Duration) {
	t.taken++
	if t.counts(op) {
		t.accepts = append(t.accepts, now-op.born)
	}
}

func (t *tally) settled(op *operation, now time.Duration) {
	if op.ended {
		t.twice++
	}
	op.ended = true
	t.ended++
	if t.counts(op) {
		t.ends = append(t.ends, now-op.born)
	}
}

func (t *tally) delivered(d *delivery, now time.Duration) {
	if d.ended {
		t.twice++
	}
	d.ended = true
	t.done++
	if d.last && t.counts(d.op) {
		t.lags = append(t.lags, now-d.op.born)
	}
}

// counts tells whether the times of an operation are taken.
func (t *tally) counts(op *operation) bool {
	return op.born >= t.from && (t.until == 0 || op.born <= t.until)
}

func (t *tally) held(n, most int) { t.over = max(t.over, float64(n)/float64(most)) }

// at is the time that a share of all is not above; 0 of none.
func at(all []time.Duration, share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	all = slices.Clone(all)
	slices.Sort(all)
	return all[int(share*float64(len(all)-1))]
}
