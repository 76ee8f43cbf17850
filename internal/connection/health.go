package connection

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// trust is for how long after a check that passed a refusal closes no lane: the credentials are
// good, and what refuses them is one call of the TSP, which must not hold up all others.
const trust = 5 * time.Minute

// health is what is proven of connections, as far as it is not plain from their status: which are
// suspect, and when those and the stale ones are looked at. A start begins anew.
type health struct {
	mu     sync.Mutex
	doubts map[uuid.UUID]*doubt
	// changed wakes Run.
	changed chan struct{}
}

// doubt is what is known of one connection whose credentials were refused.
type doubt struct {
	tsp     tsp.Name
	version int64
	// stale tells that it is to be probed; else it is suspect.
	stale bool
	// closed: nothing is sent through it until it was looked at.
	closed bool
	// due is when it is looked at next, zero for never; flying, that it is being looked at.
	due    time.Time
	flying bool
	// refused and silent count the checks, and wait is the last pause between probes.
	refused, silent int
	wait            time.Duration
	// trusted is until when the last check that passed counts.
	trusted time.Time
}

// closes tells whether nothing may be sent through a connection, as it was read, because it is
// suspect.
func (h *health) closes(c Connection) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	d := h.doubts[c.ID]
	return d != nil && d.closed && d.version == c.Version
}

// suspect notes a refusal and tells whether it is the first of those that one look settles.
func (h *health) suspect(c Connection, now time.Time, p Patience) (first bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d := h.doubts[c.ID]
	switch {
	case d != nil && d.version == c.Version && (d.flying || !d.due.IsZero()):
		return false
	case d != nil && d.version == c.Version && now.Before(d.trusted):
		d.due = now.Add(p.Apart)
	default:
		h.doubts[c.ID] = &doubt{tsp: c.TSP, version: c.Version, closed: true, due: now.Add(later(p.First))}
	}
	h.signal()
	return true
}

// follow lets a change that is stored count: a connection that became stale is to be probed, and
// whatever else changes its status or credentials voids what was known.
func (h *health) follow(c Change, now time.Time, p Patience) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch d := h.doubts[c.To.ID]; {
	case c.From.Status == c.To.Status && c.From.Version == c.To.Version:
	case c.To.Status == Stale:
		h.doubts[c.To.ID] = &doubt{tsp: c.To.TSP, version: c.To.Version, stale: true, wait: p.Probe,
			due: now.Add(later(p.Probe))}
		h.signal()
	case d != nil:
		delete(h.doubts, c.To.ID)
	}
}

// takeUp lets connections that an earlier process left stale be probed, spread over the first pause.
func (h *health) takeUp(all []Connection, now time.Time, p Patience) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range all {
		if c.Status == Stale && h.doubts[c.ID] == nil {
			h.doubts[c.ID] = &doubt{tsp: c.TSP, version: c.Version, stale: true, wait: p.Probe,
				due: now.Add(rand.N(p.Probe))}
		}
	}
}

// due returns those that are to be looked at now, stale ones only for who probes, and when the next one is; zero for never.
// Each is the caller's until it is landed.
func (h *health) due(now time.Time, probes bool) (due map[uuid.UUID]*doubt, next time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	due = map[uuid.UUID]*doubt{}
	for id, d := range h.doubts {
		switch {
		case d.flying, d.stale && !probes:
		case d.due.IsZero():
			if now.After(d.trusted) {
				delete(h.doubts, id)
			}
		case !d.due.After(now):
			d.flying = true
			due[id] = d
		case next.IsZero() || d.due.Before(next):
			next = d.due
		}
	}
	return due, next
}

// land gives back what was looked at, changed by what was found out, and tells whether the lanes of
// the connection are open. What somebody else has made of it meanwhile stays.
func (h *health) land(id uuid.UUID, d *doubt, found finding) (open bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d.flying = false
	switch {
	case h.doubts[id] != d:
	case found == nil:
		delete(h.doubts, id)
	default:
		found(d)
	}
	h.signal()
	now := h.doubts[id]
	return now == nil || !now.closed
}

func (h *health) signal() {
	select {
	case h.changed <- struct{}{}:
	default:
	}
}

// later spreads a pause over its next fifth, so that what was refused together is not looked at
// together, and none is looked at before its time.
func later(d time.Duration) time.Duration { return d + rand.N(d/5+1) }
