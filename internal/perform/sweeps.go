package perform

import (
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// cursorLife is for how long a TSP's place in a list is trusted. A sweep that is older begins at
// the first page, because the TSP may have dropped the place.
const cursorLife = 10 * time.Minute

// Of a kind of a connection there is one import at a time, which its lane sees to.
type sweepKey struct {
	connection uuid.UUID
	kind       resource.Kind
}

func (e *errand) key() sweepKey { return sweepKey{e.conn.ID, e.schedule.Kind} }

// sweep returns the sweep that an earlier try began, or a new one.
func (i *Imports) sweep(e *errand) *record.Sweep {
	i.mu.Lock()
	defer i.mu.Unlock()
	if s := i.sweeps[e.key()]; s != nil && i.c.Now().Sub(s.Began) < cursorLife {
		return s
	}
	return i.c.Importer.NewSweep(e.schedule.Kind, i.since(e.schedule))
}

// keep remembers a sweep that can go on. Unknown can go on as well: reading a page twice does no
// harm.
func (i *Imports) keep(e *errand, s *record.Sweep, class dispatch.Class) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for k, old := range i.sweeps {
		if i.c.Now().Sub(old.Began) >= cursorLife {
			delete(i.sweeps, k)
		}
	}
	switch class {
	case dispatch.Later, dispatch.Throttled, dispatch.Unknown:
		i.sweeps[e.key()] = s
	case dispatch.Done, dispatch.Refused, dispatch.Barred:
		delete(i.sweeps, e.key())
	}
}
