package tsptest

import (
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// learn lists the simulator's records once for all trials: the same seed gives the same ids.
func (t *trial) learn() map[resource.Kind][]tsp.Record {
	s := t.suite
	s.mu.Lock()
	known := s.records
	s.mu.Unlock()
	if known != nil {
		return known
	}
	found := map[resource.Kind][]tsp.Record{}
	w := t.world(setup{})
	for _, imports := range s.spec.Imports {
		found[imports.Kind] = w.list(imports.Kind)
	}
	w.stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = found
	return found
}

// maxPages bounds a list that never ends.
const maxPages = 1000

// list reads all pages of a kind.
func (w *world) list(kind resource.Kind) []tsp.Record {
	var all []tsp.Record
	cursor := ""
	for range maxPages {
		page, err := w.page(kind, cursor)
		if err != nil {
			w.t.unready("list", "listing %s records: %v", kind, err)
		}
		all = append(all, page.Records...)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
	w.t.fatalf("the list of %s records has more than %d pages", kind, maxPages)
	return nil
}

// page reads one page of a kind.
func (w *world) page(kind resource.Kind, cursor string) (tsp.Page, error) {
	return w.session.List(w.t.ctx, tsp.List{Kind: kind, Cursor: cursor, Since: w.since(kind), Pace: w.setup.pace})
}

// lookBack is how far back logs are listed. All that samples tell of and seeds hold is younger.
const lookBack = 7 * 24 * time.Hour

// since is the time from which a kind of log is listed; zero for other kinds.
func (w *world) since(kind resource.Kind) time.Time {
	if !kind.Facts().Log {
		return time.Time{}
	}
	return time.Now().Add(-lookBack)
}

// candidates are source ids that a reference may hold.
func (t *trial) candidates(f *resource.Field, use tsp.FieldUse) []resource.SourceID {
	if ids, ok := t.suite.config.Sources[f.Name]; ok {
		return ids
	}
	var ids []resource.SourceID
	for _, r := range t.learn()[f.Ref.Kind] {
		if len(use.Collections) == 0 || slices.Contains(use.Collections, r.Collection) {
			ids = append(ids, r.SourceID)
		}
	}
	if len(ids) == 0 && use.Use == tsp.UseDropped {
		// Any id stands for a record that nobody lists, such as a message, if it is not sent.
		return []resource.SourceID{"unlisted-1", "unlisted-2"}
	}
	return ids
}

// references returns two values of a reference field. Fields of one kind begin at different
// records, so that a driver and a co-driver differ.
func (t *trial) references(schema *resource.Schema, f *resource.Field, use tsp.FieldUse) []string {
	place := 0
	for _, other := range schema.References() {
		if other.Name == f.Name {
			break
		}
		if other.Ref.Kind == f.Ref.Kind {
			place += 2
		}
	}
	ids := t.candidates(f, use)
	if len(ids) == 0 {
		return []string{""}
	}
	out := []string(nil)
	if ids[0] == "" {
		out, ids = []string{""}, ids[1:]
	}
	nth := func(n int) string { return `"` + t.suite.ours(ids[n%len(ids)]).String() + `"` }
	if f.Ref.List {
		return []string{"[" + nth(place) + "," + nth(place+1) + "]", "[" + nth(place) + "," + nth(place+2) + "]"}
	}
	return append(out, nth(place), nth(place+1))
}

// target is the record that updates of a kind change.
func (t *trial) target(c tsp.Capability) tsp.Record {
	records := t.learn()[c.Kind]
	wanted := t.suite.config.Sources[c.String()]
	for _, r := range records {
		if len(wanted) == 0 || r.SourceID == wanted[0] {
			return r
		}
	}
	if len(wanted) > 0 {
		return tsp.Record{SourceID: wanted[0]}
	}
	t.unready("written", "no %s is listed that could be updated; name one in Sources[%q]", c.Kind, c)
	return tsp.Record{}
}
