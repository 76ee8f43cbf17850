package tsptest

import (
	"cmp"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// longAgo is how long before an attempt a write can lie that no look-up has to do with.
const longAgo = 2 * time.Hour

// checkDecoys: what another write made that differs in one member, or that is equal and was made
// long ago, is not taken for a write that was not applied.
func checkDecoys(t *trial, f form) {
	if f.action.Strength != tsp.VerifyFirst {
		return
	}
	d := f.sample()
	b := f.baseline(d)
	if !t.excused("time") {
		f.longAgo(d, b)
	}
	for _, field := range f.fields() {
		if use := f.action.Uses[field.Name].Use; use != tsp.UseSent && use != tsp.UseRequired || t.excused(field.Name) {
			continue
		}
		base, usual := d, b
		if _, given := d[field.Name]; !given {
			var ok bool
			if base, usual, ok = f.baseWith(field); !ok {
				continue
			}
		}
		for _, other := range f.nearMisses(field, base) {
			f.decoy(field, base, usual, other)
		}
	}
}

// baseWith is a draft with a field that the samples leave out, and what is usual of it.
func (f form) baseWith(field *resource.Field) (draft, baseline, bool) {
	for _, value := range f.values(field) {
		if d, ok := f.start(field.Name, value); ok && value != "" {
			b, err := f.tried(d)
			return d, b, err == nil && len(b.writes) > 0
		}
	}
	return nil, baseline{}, false
}

// nearMisses are drafts that differ from one in a field alone: it has another value, one that
// begins like its own, or none.
func (f form) nearMisses(field *resource.Field, d draft) []draft {
	values := append([]string{""}, f.values(field)...)
	if field.Type == resource.Text && field.Ref == nil {
		values = append(values, quoted(unquoted(d[field.Name])+" 2"))
	}
	var all []draft
	for _, value := range values {
		if other := d.with(field.Name, value); value != d[field.Name] && len(all) < maxOthers {
			if _, problems := f.schema.Decode([]byte(other.json())); len(problems) == 0 && len(f.problems(other)) == 0 {
				all = append(all, other)
			}
		}
	}
	return all
}

// decoy looks for a write that was not applied where only its neighbour is there. A TSP that
// refuses the neighbour has no such. Of a list it may be that nobody can tell.
func (f form) decoy(field *resource.Field, d draft, usual baseline, other draft) {
	w := f.world(setup{switches: f.t.suite.config.Wide})
	defer w.stop()
	x := f.lost(w, d, usual)
	n := 2 // Messages are sent in bulk, so that many are accepted at once. Records of one name are not.
	if f.c.Kind != resource.KindMessage && f.c.Kind != resource.KindGroupMessage {
		n += elsewhen
	}
	if _, _, err := w.perform(w.write(f, other, n)); err != nil {
		return
	}
	time.Sleep(3 * time.Second)
	name := field.Name
	_, found, err := w.find(x)
	switch {
	case err != nil && !w.doubts(f, d, err) && (f.t.classOf(err) != tsp.Unknown || field.Ref == nil || !field.Ref.List):
		f.t.errorf("a look-up beside a write with another %s (%s) fails: %v", name, spelt(other[name]), err)
	case found && f.unlike(d, other):
		f.t.errorf("a write that was not applied is found where there is only one with another %s: %s instead of %s",
			name, spelt(other[name]), spelt(d[name]))
	}
}

// doubts tells whether a look-up says that it cannot know whose it is what ours cannot be beside,
// because only one can have it.
func (w *world) doubts(f form, d draft, err error) bool {
	if err == nil || w.t.classOf(err) != tsp.Unknown {
		return false
	}
	_, _, err = w.perform(w.write(f, d, 3+elsewhen))
	return w.t.classOf(err) == tsp.Rejected
}

func spelt(value string) string { return cmp.Or(value, "none") }

// lost is a write whose first call that changes something was cut and not applied.
func (f form) lost(w *world, d draft, usual baseline) tsp.Write {
	x := w.write(f, d, 1)
	w.front.expect(at(usual.writes[0], drop))
	if _, _, err := w.perform(x); err == nil {
		f.t.skipf("a call that is cut is repeated at once, and nothing is left to look for")
	}
	w.front.expect(nil)
	time.Sleep(time.Second)
	return x
}

// unlike tells whether two drafts make different requests.
func (f form) unlike(a, b draft) bool {
	one, _ := f.encode(a)
	other, _ := f.encode(b)
	return one != other
}

// longAgo looks for a write that was not applied where an equal one was made hours before.
func (f form) longAgo(d draft, usual baseline) {
	w := f.world(setup{})
	defer w.stop()
	if _, _, err := w.perform(w.write(f, d, 2+elsewhen)); err != nil {
		f.t.unwritable("the write of the samples fails: %v", err)
	}
	time.Sleep(longAgo)
	w.restart()
	w.prime()
	x := f.lost(w, d, usual)
	if _, found, err := w.find(x); found || err != nil && !w.doubts(f, d, err) {
		f.t.errorf("where only an equal write of %v before is there, Find says %v, %v", longAgo, found, err)
	}
}
