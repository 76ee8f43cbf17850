package tsptest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// contest is a write without an answer beside another operation.
type contest struct {
	name string
	// rival is what the other operation writes; of a kind of its own it has a form of its own.
	rival draft
	form  form
	// applied tells whether our write took effect.
	applied bool
	// first tells that the other operation was before ours.
	first bool
	// open tells that nobody knows whether the other operation took effect, unnamed that its source
	// id is not known.
	open, unnamed bool
	// doubtful tells that the end may be Unknown for good.
	doubtful bool
}

// checkRivals: of equal writes of several operations each is found that took effect and no other,
// by what is known of the others. Where nothing tells them apart, the end is Unknown.
func checkRivals(t *trial, f form) {
	if f.action.Strength != tsp.VerifyFirst {
		return
	}
	d := f.sample()
	b := f.baseline(d)
	for _, c := range f.contests(d) {
		f.contend(d, b, c)
	}
}

// contests are the ways in which operations can be taken for each other.
func (f form) contests(d draft) []contest {
	all := []contest{
		{name: "an equal operation was done before", rival: d, first: true},
		{name: "an equal operation was done after", rival: d},
		{name: "an equal operation was done, whose source id is not known", rival: d, unnamed: true, doubtful: true},
		{name: "an equal operation was done before, and ours as well", rival: d, first: true, applied: true},
		{name: "an equal operation was done after, and ours as well", rival: d, applied: true},
		{name: "an equal operation may have been done and was", rival: d, open: true, unnamed: true, doubtful: true},
		{name: "an equal operation may have been done, and ours was as well", rival: d, open: true, unnamed: true, applied: true, doubtful: true},
	}
	for _, field := range f.fields() {
		if use := f.action.Uses[field.Name].Use; use != tsp.UseSent && use != tsp.UseRequired || f.t.excused(field.Name) {
			continue
		}
		for _, other := range f.nearMisses(field, d) {
			if f.unlike(d, other) {
				all = append(all, contest{name: "an operation was done with another " + field.Name + ", " + spelt(other[field.Name]), rival: other,
					first: true, applied: true, unnamed: true})
				break
			}
		}
	}
	for i := range all {
		all[i].form = f
	}
	return append(all, f.contestsOfAnotherKind(d)...)
}

// contestsOfAnotherKind are those of a message with group messages to the same recipient.
func (f form) contestsOfAnotherKind(d draft) []contest {
	group := tsp.Capability{Kind: resource.KindGroupMessage, Verb: resource.Create}
	to := d["recipient_id"]
	if _, both := f.t.suite.spec.Actions[group]; !both || f.c.Kind != resource.KindMessage || to == "" {
		return nil
	}
	g := form{f.t, group, f.t.schemaOf(group), f.settings, f.t.suite.action(group, f.settings)}
	rival := draft{}
	for _, field := range g.fields() {
		if value, ok := d[field.Name]; ok {
			rival[field.Name] = value
		}
	}
	rival["recipient_ids"] = "[" + to + "]"
	if others := f.values(f.schema.Field("recipient_id")); len(others) > 1 {
		rival["recipient_ids"] = "[" + to + "," + others[len(others)-1] + "]"
	}
	if len(g.problems(rival)) > 0 {
		return nil
	}
	return []contest{
		{name: "an equal group message was done before", rival: rival, form: g, first: true},
		{name: "an equal group message was done before, and ours as well", rival: rival, form: g, first: true, applied: true},
	}
}

// contend loses the answer to a write beside another operation, and looks for it. A TSP that refuses
// one of the two keeps them apart by itself.
func (f form) contend(d draft, usual baseline, c contest) {
	w := f.world(setup{})
	defer w.stop()
	var rival tsp.Rival
	var err error
	if c.first {
		rival, err = w.rival(c)
		time.Sleep(time.Second)
	}
	newest, before := w.newest(), w.sim.counts()
	x := w.write(f, d, 1)
	if c.applied {
		w.front.expect(at(usual.writes[len(usual.writes)-1], applyThenDrop))
	} else {
		w.front.expect(at(usual.writes[0], drop))
	}
	_, _, unanswered := w.perform(x)
	w.front.expect(nil)
	time.Sleep(time.Second)
	made := span{newest, w.newest()}
	if c.applied && !maps.Equal(w.sim.counts(), usual.after(before)) || unanswered == nil {
		return
	}
	if !c.first {
		rival, err = w.rival(c)
	}
	if err != nil {
		return
	}
	x.Rivals = rivals(rival)
	time.Sleep(3 * time.Second)
	if out, found, _ := w.find(x); found && !c.applied {
		f.t.errorf("%s: a write that was not applied is found at once, as %q", c.name, out.SourceID)
	}
	// Lists have caught up then, so that nothing is open but what is of the TSP's own kind.
	time.Sleep(w.settling(x))
	out, found, err := w.find(x)
	switch {
	case c.doubtful && err != nil && f.t.classOf(err) == tsp.Unknown:
	case !c.applied && w.doubts(f, d, err):
	case err != nil:
		f.t.errorf("%s: the look-up fails: %v", c.name, err)
	case found && !c.applied:
		f.t.errorf("%s: a write that was not applied is found, as %q", c.name, out.SourceID)
	case !found && c.applied:
		f.t.errorf("%s: a write that was applied is not found", c.name)
	case found && !c.unnamed:
		w.names(out, usual, made, c.name)
	case !found:
		f.both(w, x, d, c)
	}
}

// both writes what was not found, and demands that nothing of it is missing beside the other's.
func (f form) both(w *world, x tsp.Write, d draft, c contest) {
	fresh := f.world(setup{})
	defer fresh.stop()
	if _, err := fresh.rival(c); err != nil {
		return
	}
	if _, _, err := fresh.perform(fresh.write(f, d, 1)); err != nil {
		return
	}
	x.Attempt++
	if _, _, err := w.perform(x); err != nil {
		f.t.errorf("%s: the write is not found, and writing it again fails: %v", c.name, err)
		return
	}
	w.sameCounts(fresh.sim.counts(), fmt.Sprint(c.name, ", then ours was written again"))
}

// rival performs the other operation of a contest.
func (w *world) rival(c contest) (tsp.Rival, error) {
	x := w.write(c.form, c.rival, 2+elsewhen)
	out, _, err := w.perform(x)
	r := tsp.Rival{Capability: x.Capability, Payload: x.Payload, Refs: x.Refs, SourceID: out.SourceID, Collection: out.Collection,
		SentAt: x.SentAt, EndedAt: time.Now(), Certain: !c.open}
	if c.unnamed {
		r.SourceID, r.Collection = "", ""
	}
	return r, err
}

// rivals are operations as the rest of the program knows them.
func rivals(all ...tsp.Rival) tsp.Rivals {
	return func(_ context.Context, since time.Time) ([]tsp.Rival, error) {
		return slices.DeleteFunc(slices.Clone(all), func(r tsp.Rival) bool { return r.EndedAt.Before(since) }), nil
	}
}
