package tsptest

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkReadBack: what a write leaves is what the TSP holds. For the samples, for each sent field alone and
// for each value of a list of values, the record that the write leaves is the one that is listed then, and
// each sent field has in it the value that was written, unless it is declared NotRead. What is not sent, by
// the check "fields", can therefore be in no record.
func checkReadBack(t *trial, f form) {
	if !t.imported(t.c.Kind) {
		return
	}
	r := newReading(f)
	for n := range 2 {
		r.alone(f.samples(n))
	}
	r.each()
	r.needless()
	for _, v := range t.suite.variants(t.suite.spec.Actions[t.c])[1:] {
		with := t.form(v.settings)
		newReading(with).alone(with.sample())
	}
}

// reading writes and reads back in worlds that it shares between writes where nothing is lost by it.
type reading struct {
	f form
	w *world
	n int
	// tried and same count, for each field that is NotRead, how many values were written and read back.
	tried, same map[string]int
}

func newReading(f form) *reading {
	return &reading{f: f, tried: map[string]int{}, same: map[string]int{}}
}

// fresh leaves the world for a new one.
func (r *reading) fresh() {
	if r.w != nil {
		r.w.stop()
	}
	r.w, r.n = r.f.world(setup{}), 0
}

// alone writes a sample in a world of its own, which has to succeed.
func (r *reading) alone(d draft) {
	r.fresh()
	if err := r.write(d); err != nil {
		r.f.t.unwritable("the write of the samples fails: %v", err)
	}
}

// try writes a draft in the world that there is and, if the TSP refuses it there, in one of its own.
func (r *reading) try(d draft) {
	if err := r.write(d); err != nil {
		r.fresh()
		if err := r.write(d); err != nil {
			r.f.t.logf("NOT CHECKED: the TSP refuses %s: %v", d.json(), err)
		}
	}
}

// write performs a draft and compares what it leaves, what is listed and what was written.
func (r *reading) write(d draft) error {
	t, w := r.f.t, r.w
	r.n++
	x := w.write(r.f, d, r.n)
	before := 0
	if r.f.log() {
		before = len(w.list(r.f.c.Kind))
	}
	out, _, err := w.perform(x)
	if err != nil {
		return err
	}
	listed := w.list(r.f.c.Kind)
	if out.SourceID == "" && r.f.log() {
		if len(listed) != before {
			t.once("listed", "the write tells no id, and its record is listed: it would be imported beside the one that is known; list only what cannot be Waybill's own")
		}
		return nil
	}
	shown, found := recordOf(listed, out)
	if !found && r.f.log() {
		t.once("unlisted", "the record %q in %q is not among the %d that are listed since %v", out.SourceID, out.Collection, len(listed), w.since(r.f.c.Kind))
		return nil
	} else if !found {
		t.unready("written", "the record %q in %q is not among the %d that are listed", out.SourceID, out.Collection, len(listed))
	}
	if left, ok := w.left(r.f, out); ok {
		w.sameRecord(left, shown)
	}
	if alone, ok := w.alone(r.f, out); ok {
		w.sameRecord(alone, shown)
	}
	r.compare(d, shown, w.fieldsOf(shown))
	return nil
}

// compare holds a listed record against what was written.
func (r *reading) compare(d draft, shown tsp.Record, fields map[string]jsontext.Value) {
	for _, e := range r.f.proofs(d) {
		got := e.shown(fields, shown)
		same := e.same(got)
		switch {
		case r.f.action.Uses[e.field].Unread != "":
			r.tried[e.field]++
			if same {
				r.same[e.field]++
			}
		case !same && !r.f.t.excused(e.field):
			r.f.t.once(e.field, "%s was written as %s and reads back as %s; declare it NotRead if the TSP does not show it (%s)", e.field, e.want, orNothing(got), d.json())
		}
	}
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// needless reports the fields that are NotRead although all that was tried reads back.
func (r *reading) needless() {
	for _, field := range r.f.fields() {
		if n := r.tried[field.Name]; n > 0 && r.same[field.Name] == n {
			r.f.t.errorf("%s is declared NotRead, and each of the %d values that were tried reads back as it was written", field.Name, n)
		}
	}
}

// each writes each sent field alone and each value of a list of values.
func (r *reading) each() {
	r.fresh()
	for i := 0; ; i++ {
		d, more := r.f.turn(i)
		if !more {
			return
		}
		for _, one := range d {
			r.try(r.numbered(one))
		}
	}
}

// numbered gives the texts of a create's sample a number, because TSPs want unique names.
func (r *reading) numbered(d draft) draft {
	if r.f.c.Verb != resource.Create || r.f.log() {
		return d
	}
	for _, name := range r.f.texts() {
		if text, ok := numbered(unquoted(d[name]), 100+r.n); ok && d[name] != "" {
			if next := d.with(name, quoted(text)); len(r.f.problems(next)) == 0 {
				d = next
			}
		}
	}
	return d
}

func (f form) log() bool { return f.c.Kind.Facts().Log }

// recordOf finds the record that a write names.
func recordOf(records []tsp.Record, out tsp.Written) (tsp.Record, bool) {
	i := slices.IndexFunc(records, func(r tsp.Record) bool { return r.SourceID == out.SourceID && r.Collection == out.Collection })
	if i < 0 {
		return tsp.Record{}, false
	}
	return records[i], true
}
