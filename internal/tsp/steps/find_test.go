package steps_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/steps"
)

func TestFindAsksForEachStepThatMayHaveBeenTakenAndForNoOther(t *testing.T) {
	t.Parallel()
	three := func(o *world) []steps.Step { return o.harmful("a", "b", "c") }
	deliveries := func(o *world) []steps.Step { return o.deliveries("a", "b", "c") }
	for _, c := range []struct {
		name  string
		steps func(o *world) []steps.Step
		marks []tsp.Step
		taken []string
		// asks is what Find does, and id what it finds if nothing is left.
		asks string
		id   resource.SourceID
	}{
		{"the only step, taken", func(o *world) []steps.Step { return o.harmful("a") }, nil, []string{"a"}, "find a", "id-a"},
		{"the only step, not taken", func(o *world) []steps.Step { return o.harmful("a") }, nil, nil, "find a", ""},
		{"the first begun and taken", three, []tsp.Step{begun("a")}, []string{"a"}, "find a, done a", ""},
		{"the first begun and not taken", three, []tsp.Step{begun("a")}, nil, "find a", ""},
		{"the second begun and taken", three, []tsp.Step{done("a"), begun("b")}, []string{"a", "b"}, "find b, done b", ""},
		{"the last begun and taken", three, []tsp.Step{done("a"), done("b"), begun("c")}, []string{"a", "b", "c"}, "find c, done c", "id-c"},
		{"all done", three, []tsp.Step{done("a"), done("b"), done("c")}, nil, "", "id-c"},
		{"no mark was kept, all taken", three, nil, []string{"a", "b", "c"}, "find a, done a, find b, done b, find c, done c", "id-c"},
		{"no mark was kept, the first taken", three, nil, []string{"a"}, "find a, done a, find b", ""},
		{"deliveries, all but one begun", deliveries, []tsp.Step{begun("a"), begun("c")}, []string{"c"}, "find a, find c, done c", ""},
		{"deliveries, no mark was kept", deliveries, nil, []string{"b", "c"}, "find a, find b, done b, find c, done c", ""},
		{"deliveries, what was left is found", deliveries, []tsp.Step{done("a"), begun("b"), done("c")}, []string{"b"}, "find b, done b", "id-c"},
		{"the marks behind the first were lost", three, []tsp.Step{done("a"), begun(tsp.EveryStep)}, []string{"a", "b"}, "find b, done b, find c", ""},
		{"deliveries, the marks behind the first were lost", deliveries, []tsp.Step{begun("a"), begun(tsp.EveryStep)}, []string{"a", "b"},
			"find a, done a, find b, done b, find c", ""},
		{"behind a harmless step, no mark was kept", func(o *world) []steps.Step {
			return append([]steps.Step{o.harmless("h")}, o.harmful("a")...)
		}, nil, []string{"h", "a"}, "find a, done a", ""},
		{"behind a harmless step", func(o *world) []steps.Step {
			return append([]steps.Step{o.harmless("h")}, o.harmful("a")...)
		}, []tsp.Step{done("h"), begun("a")}, []string{"a"}, "find a, done a", "id-a"},
		{"before a harmless step", func(o *world) []steps.Step {
			return append(o.harmful("a"), o.harmless("h"))
		}, []tsp.Step{begun("a")}, []string{"a", "h"}, "find a, done a", ""},
	} {
		o := &world{marks: c.marks, taken: map[string]int{}}
		for _, key := range c.taken {
			o.taken[key] = 1
		}
		out, found, err := plan(c.steps(o)...).Find(t.Context(), o.write())
		if err != nil || found != (c.id != "") || out.SourceID != c.id {
			t.Errorf("%s: %q, %v, %v, want %q", c.name, out.SourceID, found, err, c.id)
		}
		if o.wantLog(t, c.asks); t.Failed() {
			t.Fatalf("in the case of %s", c.name)
		}
	}
}

func TestFindLeavesUnknownWhatItCannotAsk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		marks []tsp.Step
		ends  map[string]error
		want  tsp.Class
	}{
		{"the look-up ends without an answer", []tsp.Step{begun("a")}, map[string]error{"find a": fails(tsp.Unavailable)}, tsp.Unavailable},
		{"the look-up is refused", []tsp.Step{begun("a")}, map[string]error{"find a": fails(tsp.Rejected)}, tsp.Unknown},
		{"what is found cannot be marked", []tsp.Step{begun("a")}, map[string]error{"done a": errDisk}, tsp.Unavailable},
		{"a begun step that harms has no look-up", []tsp.Step{done("a"), begun("b")}, nil, tsp.Unknown},
		{"a step that harms and has no look-up was not begun", []tsp.Step{begun("a")}, nil, tsp.Done},
	} {
		o := &world{marks: c.marks, ends: c.ends, taken: map[string]int{"a": 1}}
		all := o.harmful("a", "b")
		out, found, err := plan(all[0], unfindable(all[1])).Find(t.Context(), o.write())
		if wantClass(t, err, c.want); found || cmp.Diff(tsp.Written{}, out) != "" || t.Failed() {
			t.Errorf("%s: %+v, %v, %v", c.name, out, found, err)
		}
	}
}

func TestOnlyAStepThatMayHaveBeenTakenAndMustNotBeRepeatedNeedsALookUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		steps func(o *world) []steps.Step
		want  tsp.Class
	}{
		{"the only step harms", func(o *world) []steps.Step { return []steps.Step{unfindable(o.harmful("a")[0])} }, tsp.Unknown},
		{"the only step is harmless", func(o *world) []steps.Step { return []steps.Step{o.harmless("h")} }, tsp.Done},
		{"one that harms would have been marked", func(o *world) []steps.Step {
			return []steps.Step{o.harmless("h"), unfindable(o.harmful("a")[0])}
		}, tsp.Done},
	} {
		o := &world{}
		_, found, err := plan(c.steps(o)...).Find(t.Context(), o.write())
		if wantClass(t, err, c.want); found || t.Failed() {
			t.Errorf("%s: %v, %v", c.name, found, err)
		}
	}
}

func TestFindWithoutProgressLooksForEveryStep(t *testing.T) {
	t.Parallel()
	o := &world{taken: map[string]int{"a": 1, "b": 1}}
	w := o.write()
	w.Progress = nil
	out, found, err := plan(o.harmful("a", "b")...).Find(t.Context(), w)
	if err != nil || !found || out.SourceID != "id-b" || out.Status != 200 {
		t.Errorf("%+v, %v, %v", out, found, err)
	}
	o.wantLog(t, "find a, find b")
}
