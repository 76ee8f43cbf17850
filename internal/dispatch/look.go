package dispatch

import "time"

// look is how a lane finds out how long its attempts take by themselves. Where they take longer than the
// quickest of late, that is our load, or the other side has become slower, or some attempts are more work
// than others: only what is made alone tells. So now and then a lane whose window stays for that reason
// makes a few attempts one by one.
type look struct {
	// left is how many it makes yet.
	left int
	// slowest is how long the slowest of them took, at when the last of them ended.
	slowest time.Duration
	at      time.Time
	// pause is until the next look; it doubles with each that shows nothing new.
	pause time.Duration
}

// One attempt may be an odd one. Whoever looks loses the time of a few attempts, so it must be rare.
const (
	looks      = 3
	firstPause = time.Second
)

// begin has the next attempts be made one by one, if that is worth it and the last look was long enough ago.
func (l *look) begin(now time.Time, worth bool) {
	l.pause = max(l.pause, firstPause)
	if worth && now.Sub(l.at) >= l.pause {
		l.left, l.slowest = looks, 0
	}
}

// add notes how long an attempt took that was made alone; expected is what would be nothing new.
func (l *look) add(took, expected time.Duration, now time.Time) {
	l.slowest = max(l.slowest, took)
	if l.left--; l.left > 0 {
		return
	}
	l.at, l.pause = now, min(2*l.pause, lately)
	if l.slowest-ownLoad > expected {
		l.pause = firstPause
	}
}

// found is what the last look has shown, zero if that is too long ago.
func (l *look) found(now time.Time) time.Duration {
	if l.left > 0 || now.Sub(l.at) > lately {
		return 0
	}
	return l.slowest
}
