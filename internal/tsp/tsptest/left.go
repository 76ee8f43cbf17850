package tsptest

import (
	"maps"
	"reflect"
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// left is the record that a write left: what the result holds, or else what is read.
func (w *world) left(f form, out tsp.Written) (tsp.Record, bool) {
	if out.Record != nil {
		return *out.Record, true
	}
	reader, ok := w.session.(tsp.Reader)
	if !ok {
		w.t.once("no record", "the write leaves no record: fill Written.Record from the TSP's answer, or let the session be a tsp.Reader")
		return tsp.Record{}, false
	}
	r, err := reader.Read(w.t.ctx, tsp.Single{Kind: f.c.Kind, Collection: out.Collection, SourceID: out.SourceID, Pace: w.setup.pace})
	if err != nil && w.t.classOf(err) == tsp.Unsupported {
		w.t.once("no record", "the write leaves no record: fill Written.Record from the TSP's answer, or let Read read a %s: %v", f.c.Kind, err)
	} else if err != nil {
		w.t.errorf("reading the record %q in %q that was written: %v", out.SourceID, out.Collection, err)
	}
	return r, err == nil
}

// alone is the record as it is read by itself, of a kind that the spec says is read so.
func (w *world) alone(f form, out tsp.Written) (tsp.Record, bool) {
	if !slices.Contains(w.t.suite.spec.Reads, f.c.Kind) {
		return tsp.Record{}, false
	}
	reader, ok := w.session.(tsp.Reader)
	if !ok {
		w.t.once("alone", "the spec's Reads has the %s, and the session is no tsp.Reader", f.c.Kind)
		return tsp.Record{}, false
	}
	r, err := reader.Read(w.t.ctx, tsp.Single{Kind: f.c.Kind, Collection: out.Collection, SourceID: out.SourceID, Pace: w.setup.pace})
	if err != nil {
		w.t.once("alone", "the spec's Reads has the %s, and reading %q in %q by itself fails: %v", f.c.Kind, out.SourceID, out.Collection, err)
	}
	return r, err == nil
}

// sameRecord demands that the record that a write left is the one that is listed.
func (w *world) sameRecord(left, listed tsp.Record) {
	t := w.t
	if left.Collection != listed.Collection || left.SourceID != listed.SourceID {
		t.once("identity", "the write leaves the record %q in %q, and %q in %q is listed", left.SourceID, left.Collection, listed.SourceID, listed.Collection)
	}
	one, two := w.fieldsOf(left), w.fieldsOf(listed)
	for _, name := range slices.Sorted(maps.Keys(merged(one, two))) {
		if a, b := string(one[name]), string(two[name]); !sameValue(a, b) {
			t.once("left "+name, "the record that the write leaves has %s %s, and the one that is listed %s", name, orNothing(a), orNothing(b))
		}
	}
	if a, b := t.steady(left.Source), t.steady(listed.Source); a != b {
		t.once("source", "the source of the record that the write leaves is not that of the listed one; name members that differ by nature in Volatile (-left +listed):\n%s", difference(a, b))
	}
	if !reflect.DeepEqual(sortedNames(left), sortedNames(listed)) {
		t.once("names", "the record that the write leaves names %v, and the one that is listed %v", left.Names, listed.Names)
	}
	if !left.OccurredAt.Equal(listed.OccurredAt) {
		t.once("occurred", "the record that the write leaves happened at %v, and the one that is listed at %v", left.OccurredAt, listed.OccurredAt)
	}
}

// fieldsOf reads the fields of a record; none if they are no object.
func (w *world) fieldsOf(r tsp.Record) map[string]jsontext.Value {
	fields := map[string]jsontext.Value{}
	if err := json.Unmarshal(r.Fields, &fields); err != nil {
		w.t.once("fields", "the fields of the record %q in %q are no object: %v", r.SourceID, r.Collection, err)
	}
	return fields
}

func merged(a, b map[string]jsontext.Value) map[string]jsontext.Value {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func sortedNames(r tsp.Record) map[string][]tsp.Named {
	all := map[string][]tsp.Named{}
	for member, names := range r.Names {
		if len(names) > 0 {
			all[member] = slices.SortedFunc(slices.Values(names), func(a, b tsp.Named) int {
				return slices.Compare([]string{a.Collection, string(a.SourceID)}, []string{b.Collection, string(b.SourceID)})
			})
		}
	}
	return all
}

// steady is a source as indented text, without the members that the config calls volatile.
func (t *trial) steady(source jsontext.Value) string {
	var v any
	if json.Unmarshal(source, &v) != nil {
		return string(source)
	}
	var strip func(v any)
	strip = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, name := range t.suite.config.Volatile {
				delete(v, name)
			}
			for _, member := range v {
				strip(member)
			}
		case []any:
			for _, member := range v {
				strip(member)
			}
		}
	}
	strip(v)
	text, err := json.Marshal(v, json.Deterministic(true), jsontext.Multiline(true))
	if err != nil {
		return string(source)
	}
	return string(text)
}
