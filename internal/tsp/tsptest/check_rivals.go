package tsptest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

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

// contend loses the answer to a write beside another operation, and looks for it. A TSP that refuses
// one of the two keeps them apart by itself.
func (f form) contend(d draft, usual baseline, c contest) {
	w := f.world(setup{})
	defer w.stop()
	var rival tsp.Rival
	var err error
	if c.first {
		rival, err = w.rival(&c)
		time.Sleep(time.Second)
		w.restart() // What a session has learnt for the other would spare ours calls.
		w.prime()
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
		rival, err = w.rival(&c)
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
	if _, err := fresh.rival(&c); err != nil {
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
func (w *world) rival(c *contest) (tsp.Rival, error) {
	before := len(w.sim.of(c.form.c.Kind))
	n := 2
	if !c.together {
		n += elsewhen
	}
	x := w.write(c.form, c.rival, n)
	out, _, err := w.perform(x)
	r := tsp.Rival{Operation: x.Operation, Capability: x.Capability, Payload: x.Payload, Refs: x.Refs,
		SourceID: out.SourceID, Collection: out.Collection, SentAt: x.SentAt, EndedAt: time.Now(), Certain: !c.open,
		UnderWay: c.underWay}
	if c.unnamed || c.underWay {
		r.SourceID, r.Collection = "", ""
	}
	if several := len(w.sim.of(c.form.c.Kind)) > before+1; several && r.SourceID != "" {
		c.unnamed, c.doubtful = true, true // One source id stands for several things.
	}
	return r, err
}

// rivals are operations as the rest of the program knows them.
func rivals(all ...tsp.Rival) tsp.Rivals {
	return func(_ context.Context, since time.Time) ([]tsp.Rival, error) {
		return slices.DeleteFunc(slices.Clone(all), func(r tsp.Rival) bool { return r.EndedAt.Before(since) }), nil
	}
}
