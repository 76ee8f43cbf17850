package tsptest

import (
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// toldBefore listens to what an adapter tells of a record before it changes it. The function that it returns demands, once
// the write is made, that what was told is what was listed then, in all that can be written.
func (w *world) toldBefore(x *tsp.Write) func() {
	if x.Verb != resource.Update || !w.t.imported(x.Kind) {
		return func() {}
	}
	was, found := recordOf(w.list(x.Kind), tsp.Written{SourceID: x.Target, Collection: x.Collection})
	var told []tsp.Record
	x.Read = func(r tsp.Record) { told = append(told, r) }
	return func() {
		for _, r := range told {
			if !found || r.SourceID != was.SourceID || r.Collection != was.Collection {
				w.t.errorf("the update of %q in %q tells what it has read of %q in %q", x.Target, x.Collection, r.SourceID, r.Collection)
				continue
			}
			one, listed := w.fieldsOf(r), w.fieldsOf(was)
			for i := range x.Schema.Fields {
				name := x.Schema.Fields[i].Name
				if a, b := string(one[name]), string(listed[name]); !sameValue(a, b) {
					w.t.errorf("the update tells that it has read %s %s, and %s is listed", name, orNothing(a), orNothing(b))
				}
			}
		}
	}
}
