package steps_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/steps"
)

// crashed is what a process dies of.
type crashed struct{}

// attempt makes one attempt whose process dies at the nth thing that happens; 0 never. It tells
// whether the attempt lived, and what it died at.
func (o *world) attempt(t *testing.T, p steps.Plan, unknown bool, n int) (out tsp.Written, lived bool, at string) {
	t.Helper()
	o.meets = func(what string) {
		if n--; n == 0 {
			at = what
			panic(crashed{})
		}
	}
	defer func() {
		if v := recover(); v != nil && v != any(crashed{}) {
			panic(v)
		}
	}()
	if unknown {
		out, found, err := p.Find(t.Context(), o.write())
		if err != nil {
			t.Fatalf("Find after a crash: %v", err)
		}
		if found {
			return out, true, at
		}
	}
	out, err := p.Perform(t.Context(), o.write())
	if err != nil {
		t.Fatalf("Perform after a crash: %v", err)
	}
	return out, true, at
}

// TestNoStepIsTakenTwiceOrLeftOutWhereverTheProcessDies kills the first attempt at each point, and
// the second, which settles it, at each point as well.
func TestNoStepIsTakenTwiceOrLeftOutWhereverTheProcessDies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		plan func(o *world) steps.Plan
		want resource.SourceID
	}{
		{"one step", func(o *world) steps.Plan { return plan(o.harmful("a")...) }, "id-a"},
		{"steps that harm", func(o *world) steps.Plan { return plan(o.harmful("a", "b", "c")...) }, "id-c"},
		{"deliveries", func(o *world) steps.Plan { return plan(o.deliveries("a", "b", "c")...) }, "id-c"},
		{"a harmless step before", func(o *world) steps.Plan { return plan(append([]steps.Step{o.harmless("h")}, o.harmful("a")...)...) }, "id-a"},
		{"a harmless step behind", func(o *world) steps.Plan { return plan(append(o.harmful("a"), o.harmless("h"))...) }, "id-h"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			points := 0
			for first, lived := 1, false; !lived; first++ {
				for second, over := 1, false; !over && !lived; second++ {
					o := &world{}
					p := c.plan(o)
					var at, then string
					if _, lived, at = o.attempt(t, p, false, first); lived {
						break
					}
					var out tsp.Written
					if out, over, then = o.attempt(t, p, true, second); !over {
						out, _, _ = o.attempt(t, p, true, 0)
					}
					points++
					o.wantAllOnce(t, p, fmt.Sprintf("died before %q, then before %q", at, then))
					if out.SourceID != c.want {
						t.Errorf("died before %q, then before %q: the id is %q, want %q", at, then, out.SourceID, c.want)
					}
				}
			}
			if points < 3 {
				t.Errorf("the process died at %d points only", points)
			}
		})
	}
}

// wantAllOnce looks whether each step that harms was taken once, and every other at least once.
func (o *world) wantAllOnce(t *testing.T, p steps.Plan, when string) {
	t.Helper()
	for _, s := range p.Steps {
		if n := o.taken[s.Key]; n == 0 || n > 1 && s.Harms {
			t.Errorf("%s: the step %s was taken %d times\n%s", when, s.Key, n, cmp.Diff([]string{}, o.log))
		}
	}
}
