package tsptest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// lateness is one way in which a TSP applies a call that nobody waits for any more.
type lateness struct {
	// how tells people what the caller sees, and shown is the check of the class that this has.
	how, shown string
	// fault is how the simulator's fault goes on behind its delay.
	fault string
	// patience is how long the caller waits; 0 is as long as it takes.
	patience time.Duration
	// dies tells that the caller is gone for good, and not only its call.
	dies bool
	// after is how much later than the cut the call is applied, and lag how long it is not listed.
	after, lag time.Duration
}

// latenesses reach to the end of what a TSP may need, by its work, its lists or both.
func latenesses(settling time.Duration) []lateness {
	most, half := settling-time.Second, settling/2
	return []lateness{
		{how: "the line is cut", shown: "lost answers", fault: `,"cut":true`, after: most},
		{how: "a gateway answers 504", shown: "statuses", fault: `,"status":504`, after: half, lag: most - half},
		{how: "the process dies", shown: "cancelled", patience: time.Second, dies: true, after: half, lag: most - half},
		{how: "it is given up", shown: "cancelled", patience: 10 * time.Second, after: most},
	}
}

// checkLateAnswers: a call that the TSP is still at work on when it is cut, answered by a gateway,
// given up or left by a process that dies ends as Unknown. What follows finds out what became of it
// within the settling time, and the write is made once.
func checkLateAnswers(t *trial, f form) {
	d := f.sample()
	b := f.baseline(d)
	for _, n := range b.writes {
		for _, l := range latenesses(t.suite.spec.Settling(f.c)) {
			f.late(loss{draft: d, usual: b, n: n}, l)
		}
	}
}

// late performs a write one of whose calls is applied late, and settles it.
func (f form) late(call loss, l lateness) {
	where := fmt.Sprintf("at call %d of %d %s, and it is applied %v later",
		call.n+1, len(call.usual.calls), l.how, l.after)
	w := f.world(setup{})
	defer w.stop()
	w.sim.lag(l.lag)
	newest := w.newest()
	x := w.write(f, call.draft, 1)
	w.front.expect(at(call.n, func(rw http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		w.sim.fault(fmt.Sprintf(`{"fault":"late","times":1,"delay_ms":%d%s}`, (l.patience + l.after).Milliseconds(), l.fault))
		pass(rw, r)
	}))
	began := time.Now()
	err := w.impatient(x, l.patience)
	w.front.expect(nil)
	if class := f.t.classOf(err); class != tsp.Unknown {
		f.t.unready(l.shown, "%s: the end is %s (%v), want %s", where, class, err, tsp.Unknown)
	}
	if l.dies {
		w.restart()
	}
	out, err := w.settle(x, err)
	// Whatever is still on its way has arrived then.
	time.Sleep(time.Until(began.Add(l.patience + l.after + l.lag + time.Second)))
	switch {
	case f.action.Strength == tsp.None:
		w.noMore(call.usual.counts, where)
	case err != nil:
		f.t.errorf("%s: it is never settled: %v", where, err)
	default:
		f.settled(w, call.usual, where, out)
		if f.action.Strength == tsp.VerifyFirst {
			w.names(out, call.usual, span{newest, w.newest()}, where)
		}
	}
}

// impatient writes and gives up after a while, unless that is 0.
func (w *world) impatient(x tsp.Write, patience time.Duration) error {
	ctx, cancel := context.WithCancel(w.t.ctx)
	if patience > 0 {
		ctx, cancel = context.WithTimeout(w.t.ctx, patience)
	}
	defer cancel()
	_, err := w.session.Write(ctx, x)
	return err
}

// bears tells whether an object has an id, or each part of one that is made of several members with a slash between them.
func bears(o simkit.Object, id string) bool {
	has := func(part string) bool {
		for _, v := range o {
			if n, ok := v.(float64); ok && fmt.Sprintf("%.0f", n) == part || v == part {
				return true
			}
		}
		return false
	}
	return has(id) || !slices.ContainsFunc(strings.Split(id, "/"), func(part string) bool { return !has(part) })
}

// newest is the Seq of the newest object.
func (w *world) newest() float64 {
	seq := 0.0
	for _, name := range w.t.suite.collections() {
		for _, o := range w.sim.objects(name) {
			n, _ := o["seq"].(float64)
			seq = max(seq, n)
		}
	}
	return seq
}

// span is what was made behind one Seq and up to another.
type span struct{ after, upTo float64 }

// names demands that the result of a look-up names an object of its kind that was made within a
// span, if the TSP names what it makes.
func (w *world) names(out tsp.Written, usual baseline, made span, where string) {
	if usual.out.SourceID == "" {
		return
	}
	for _, o := range w.sim.of(w.t.c.Kind) {
		if seq, _ := o["seq"].(float64); seq <= made.after || seq > made.upTo {
			continue
		}
		if bears(o, string(out.SourceID)) {
			return
		}
	}
	w.t.errorf("%s: it results in %q, which is no %s that it made", where, out.SourceID, w.t.c.Kind)
}
