package perform

import (
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// cursorLife is for how long a TSP's place in a list is trusted. A sweep that was left alone for longer
// begins at the first page, because the TSP may have dropped the place.
const cursorLife = 10 * time.Minute

// keptSweep is a sweep that can go on, with when it was left alone, and when its kind had been imported last.
type keptSweep struct {
	*record.Sweep
	since, after time.Time
}

// Of a kind of a connection there is one import at a time, which its lane sees to.
type sweepKey struct {
	connection uuid.UUID
	kind       resource.Kind
}

func (e *errand) key() sweepKey { return sweepKey{e.conn.ID, e.schedule.Kind} }

// sweep returns the sweep that an earlier try began, or a new one. One that another replica has overtaken is not gone on
// with: what it has met is out of date.
func (i *Imports) sweep(e *errand) *record.Sweep {
	i.mu.Lock()
	defer i.mu.Unlock()
	s := i.sweeps[e.key()]
	if s.Sweep != nil && i.c.Now().Sub(s.since) < cursorLife && s.after.Equal(e.schedule.LastSuccessAt) {
		return s.Sweep
	}
	return i.c.Importer.NewSweep(e.schedule.Kind, i.since(e.schedule))
}

// keep remembers a sweep that can go on. Unknown can go on as well: reading a page twice does no
// harm.
func (i *Imports) keep(e *errand, s *record.Sweep, class dispatch.Class) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := i.c.Now()
	if now.Sub(i.pruned) >= cursorLife {
		i.pruned = now
		maps.DeleteFunc(i.sweeps, func(_ sweepKey, old keptSweep) bool { return now.Sub(old.since) >= cursorLife })
	}
	switch class {
	case dispatch.Later, dispatch.Throttled, dispatch.Unknown:
		i.sweeps[e.key()] = keptSweep{s, now, e.schedule.LastSuccessAt}
	case dispatch.Done, dispatch.Refused, dispatch.Barred:
		delete(i.sweeps, e.key())
	}
}
