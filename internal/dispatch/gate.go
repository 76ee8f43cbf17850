package dispatch

import "time"

// gate says until when a lane performs nothing. What must end without an attempt ends all the
// same.
type gate struct {
	// closed is until when the work keeps the lane closed; any activation may change that.
	closed time.Time
	// paused is until when the other side wants nothing of the lane. An activation changes nothing
	// about that.
	paused time.Time
	// barred is when one attempt may show whether the lane is still barred, wait how long that is
	// after the refusal before it, and refused when that was. wait is zero if the lane is not
	// barred.
	barred, refused time.Time
	wait            time.Duration
}

// shortestBar keeps refusals of a lane apart however often it is activated. A TSP may count them
// and lock the account.
const shortestBar = time.Second

// until is when the lane may perform something; a time in the past if it may.
func (g *gate) until() time.Time { return later(g.closed, later(g.paused, g.barred)) }

// shut tells whether the lane performs nothing.
func (g *gate) shut(now time.Time) bool { return now.Before(g.until()) }

// bar closes the lane after a refusal, twice as long as the last time. Attempts that were in
// flight together are refused together, which says no more than one refusal.
func (g *gate) bar(now time.Time) {
	if now.Before(g.barred) {
		return
	}
	g.wait = min(max(shortestBar, 2*g.wait), longestBar)
	g.barred, g.refused = now.Add(g.wait), now
}

// passed notes that an attempt was not refused for what bars the lane. One that began before the
// refusal says nothing about what came after it.
func (g *gate) passed(began time.Time) {
	if !began.Before(g.refused) {
		g.barred, g.wait = time.Time{}, 0
	}
}

// activated lets the lane look anew: what kept it closed or barred may have been mended.
func (g *gate) activated() {
	g.closed = time.Time{}
	if g.wait > 0 {
		g.barred = earlier(g.barred, g.refused.Add(shortestBar))
	}
}

// over tells whether the gate stands open and nothing need be known of how it was closed.
func (g *gate) over(now time.Time) bool { return !g.shut(now) && now.After(g.barred.Add(g.wait)) }
