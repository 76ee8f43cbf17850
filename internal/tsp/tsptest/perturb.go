package tsptest

import (
	"fmt"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// expectation is what changes of a field should do to the requests of a draft to start from.
type expectation struct {
	field         *resource.Field
	where, change string
	use           tsp.FieldUse
	start         draft
	known         map[string]encoding
}

func (e expectation) sent() bool { return e.use.Use == tsp.UseSent || e.use.Use == tsp.UseRequired }

// compare encodes a changed draft and tells what is wrong with it, "" for nothing. One that the
// policy refuses proves nothing: the field may only be given together with others.
func (f form) compare(d draft, e expectation) string {
	if len(f.problems(d)) > 0 {
		return ""
	}
	got, err := f.encoded(d, e.known)
	if err != nil {
		return fmt.Sprintf("%s %s: the policy lets pass what the TSP refuses: %v", e.where, e.change, err)
	}
	want, _ := f.encoded(e.start, e.known)
	if e.sent() {
		if got == want {
			if _, differ := f.differs(e, got); !differ {
				return fmt.Sprintf("%s is declared as %s, and %s makes the same requests", e.where, e.use.Use, e.change)
			}
		}
		return ""
	}
	if got != want {
		return fmt.Sprintf("%s is declared as %s, and %s makes other requests (-with +%s):\n%s", e.where, e.use.Use, e.change, e.change, difference(want, got))
	}
	return ""
}

// maxOthers bounds how many other values of a field are tried.
const maxOthers = 4

// differs tells whether some other value makes other requests. The sample may be what the TSP
// takes for a field that is left out, and several values of an enum may mean the same to it.
func (f form) differs(e expectation, from string) (tried int, yes bool) {
	for _, other := range f.values(e.field) {
		d := e.start.with(e.field.Name, other)
		if other == "" || other == e.start[e.field.Name] || tried == maxOthers || len(f.problems(d)) > 0 {
			continue
		}
		tried++
		got, err := f.encoded(d, e.known)
		if err != nil {
			f.t.once(err.Error(), "%s: the policy lets pass the value %s, which the TSP refuses: %v", e.where, other, err)
		} else if got != from {
			return tried, true
		}
	}
	return tried, false
}

// starts are drafts that hold the field and that the policy lets pass: first with all other
// fields, then with few and with other values, because some fields hide others.
func (f form) starts(field *resource.Field, value string) []draft {
	var all []draft
	for _, d := range append(f.drafts(0), f.drafts(1)...) {
		for _, anchored := range f.anchored(d, field.Name) {
			if fit, ok := f.repaired(anchored.with(field.Name, value), field.Name); ok {
				all = append(all, fit)
			}
		}
	}
	return all
}

// maxAnchors bounds how many fields a field is changed beside.
const maxAnchors = 3

// anchored adds another field to a draft of none, so that an update is left when the field goes.
// There are several, because the field may be hidden by one.
func (f form) anchored(d draft, name string) []draft {
	if len(d) > 0 {
		return []draft{d}
	}
	var all []draft
	for _, other := range f.fields() {
		use := f.action.Uses[other.Name].Use
		if other.Name == name || other.Type != resource.Text || use != tsp.UseSent && use != tsp.UseRequired {
			continue
		}
		if one := d.with(other.Name, f.values(other)[0]); len(one) > 0 && len(f.problems(one)) == 0 && len(all) < maxAnchors {
			all = append(all, one)
		}
	}
	if all == nil {
		return []draft{d}
	}
	return all
}

// shown returns a start in which the field is not hidden by another one, if there is such.
func (f form) shown(field *resource.Field, value string) (draft, bool) {
	starts := f.starts(field, value)
	known := map[string]encoding{}
	for _, start := range starts {
		e := expectation{field: field, where: field.Name, use: f.action.Uses[field.Name], start: start, known: known}
		from, err := f.encoded(start, known)
		if err != nil {
			continue
		}
		if tried, differ := f.differs(e, from); tried == 0 || differ {
			return start, true
		}
	}
	return nil, false
}
