package faults

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// site is a kind of call.
type site string

const (
	reads      site = "read"
	begins     site = "begin"
	statements site = "statement"
	commits    site = "commit"
	locks      site = "lock"
	looks      site = "look"
)

// what befalls a call.
type what string

const (
	nothing what = ""
	// before is an error of which nothing was done.
	before what = "error before"
	// after is an error of what was done.
	after what = "error after"
	// unsure is what the engine does not know of a commit that was not made. One that was made is after.
	unsure what = "unsure"
	late   what = "delay"
)

// spell is what befalls one call, and how long it takes before.
type spell struct {
	what what
	wait time.Duration
	err  error
}

// often is out of how many calls one is befallen. Of statements a transaction has many.
func often() map[site]int {
	return map[site]int{reads: 40, begins: 30, statements: 250, commits: 12, locks: 15, looks: 30}
}

// befalls is what may befall a call of a kind, as often as it is listed.
func befalls(s site) []what {
	switch s {
	case commits:
		return []what{before, after, after, unsure, late}
	case reads, locks:
		return []what{before, after, late, late}
	default:
		return []what{before, late}
	}
}

// The longest delay, and the longest silence before an error.
const (
	longestDelay   = 150 * time.Millisecond
	longestSilence = 1200 * time.Millisecond
)

// dice say what befalls which call.
type dice struct {
	seed uint64
	on   atomic.Bool

	mu    sync.Mutex
	calls map[site]uint64
	fell  map[string]int
}

// fall is what befalls the next call of a kind.
func (d *dice) fall(s site) spell {
	if !d.on.Load() {
		return spell{}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls[s]++
	of := d.roll(s, d.calls[s])
	if of.what != nothing {
		d.fell[string(s)+": "+string(of.what)]++
	}
	return of
}

// roll is what befalls the n-th call of a kind.
func (d *dice) roll(s site, n uint64) (of spell) {
	h := fnv.New64a()
	fmt.Fprint(h, s, n)
	r := rand.New(rand.NewPCG(d.seed, h.Sum64()))
	if r.IntN(often()[s]) != 0 {
		return spell{}
	}
	may := befalls(s)
	of.what = may[r.IntN(len(may))]
	of.err = fmt.Errorf("made up: %s of %s %d", of.what, s, n)
	switch {
	case of.what == late:
		of.wait = time.Duration(r.Int64N(int64(longestDelay)))
	case r.IntN(3) == 0:
		of.err = fmt.Errorf("%w, after a silence", of.err)
		of.wait = time.Duration(r.Int64N(int64(longestSilence)))
	}
	return of
}

// told counts what befell.
func (d *dice) told() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	for _, what := range slices.Sorted(maps.Keys(d.fell)) {
		all = append(all, fmt.Sprintf("%s %d times", what, d.fell[what]))
	}
	return strings.Join(all, ", ")
}
