package record

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

func TestAReadingIsNewsUnlessItIsOlderThanTheLastWriteOrBringsWhatIsKnown(t *testing.T) {
	t.Parallel()
	before, never := noon().Add(-1), time.Time{}
	known := Known{Record: Record{Kind: resource.KindVehicle, Imported: true, Hash: "h", SeenAt: noon(), CreatedAt: noon(),
		Extras: []byte(`{"as_written":{}}`), OccurredAt: noon(), Connection: uuid.UUID{1}}}
	for says, c := range map[string]struct {
		r      func(*Record)
		stored func(*Known)
		news   bool
		wrote  time.Time
	}{
		"an import of what is known":           {nil, nil, false, time.Time{}},
		"an import of something else":          {func(r *Record) { r.Hash = "i" }, nil, true, noon()},
		"an older import of something else":    {func(r *Record) { r.Hash, r.SeenAt = "i", before }, nil, false, time.Time{}},
		"an import that finds it again":        {nil, func(k *Known) { k.DeletedAt = noon() }, true, noon()},
		"the first import of what was written": {nil, func(k *Known) { k.Imported = false }, true, noon()},
		"an import of what was never written":  {func(r *Record) { r.Hash = "i" }, func(k *Known) { k.SeenAt = never }, true, never},
		"a write":                              {func(r *Record) { r.Imported = false }, nil, true, noon().Add(time.Hour)},
		"a write that is older than the last":  {func(r *Record) { r.Imported, r.SeenAt = false, before }, nil, false, time.Time{}},
	} {
		r, k := known.Record, known
		r.SeenAt, r.Extras, r.OccurredAt, r.Connection = noon().Add(time.Hour), nil, time.Time{}, uuid.UUID{2}
		if c.r != nil {
			c.r(&r)
		}
		if c.stored != nil {
			c.stored(&k)
		}
		m := r.Onto(k)
		if m.News != c.news || !m.WrittenAt.Equal(c.wrote) || m.Adopted || m.Record.Connection != r.Connection {
			t.Errorf("%s: news is %t, written at %v, %+v", says, m.News, m.WrittenAt, m)
		}
		if m.News && r.Imported && (r.Hash == k.Hash && string(m.Record.Extras) != string(k.Extras) || !m.Record.OccurredAt.Equal(noon())) {
			t.Errorf("%s: what only a write tells is gone: %+v", says, m.Record)
		}
		if m.News && !m.Record.Imported {
			t.Errorf("%s: that it was met in a list is forgotten", says)
		}
	}
}

func TestASightingAdoptsARecordWhoseConnectionIsDeleted(t *testing.T) {
	t.Parallel()
	known := Known{Record: Record{Imported: true, Connection: uuid.UUID{1}}}
	for _, c := range []struct{ by, orphan, want bool }{{true, true, true}, {true, false, false}, {false, true, false}} {
		r := known.Record
		if c.by {
			r.Connection = uuid.UUID{2}
		}
		known.Orphan = c.orphan
		if m := r.Onto(known); m.News || m.Adopted != c.want {
			t.Errorf("by another connection %t, orphan %t: %+v", c.by, c.orphan, m)
		}
	}
}

func TestALossDeletesWhatNobodyElseReaches(t *testing.T) {
	t.Parallel()
	own, other := uuid.UUID{1}, uuid.UUID{2}
	l := Loss{Connection: own, Before: noon()}
	early := noon().Add(-1)
	for says, c := range map[string]struct {
		reaches       []Reach
		lost, deleted bool
	}{
		"alone":                     {[]Reach{{own, early, time.Time{}}}, true, true},
		"seen since":                {[]Reach{{own, noon(), time.Time{}}}, false, false},
		"lost before":               {[]Reach{{own, early, early}}, false, false},
		"with another":              {[]Reach{{own, early, time.Time{}}, {other, early, time.Time{}}}, true, false},
		"with another that lost it": {[]Reach{{own, early, time.Time{}}, {other, early, early}}, true, true},
		"never reached":             {[]Reach{{other, early, time.Time{}}}, false, false},
	} {
		if lost, deleted := l.Of(c.reaches); lost != c.lost || deleted != c.deleted {
			t.Errorf("%s: lost %t, deleted %t", says, lost, deleted)
		}
	}
}
