package steps_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/steps"
)

func TestAStepIsMarkedAsCloseToItsCallAsCanBe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		plan func(o *world) steps.Plan
		want string
	}{
		{"the only one", func(o *world) steps.Plan { return plan(o.harmful("a")...) }, "prepare a, call a"},
		{"the only one, that is repeated unseen", func(o *world) steps.Plan {
			return steps.Plan{Strength: tsp.NaturalKey, Steps: o.harmful("a")}
		}, "prepare a, begun a, call a, done a"},
		{"the only one, that is never repeated", func(o *world) steps.Plan {
			return steps.Plan{Strength: tsp.None, Steps: o.harmful("a")}
		}, "prepare a, begun a, call a, done a"},
		{"the only one, harmless", func(o *world) steps.Plan {
			return steps.Plan{Strength: tsp.NaturalKey, Steps: []steps.Step{o.harmless("a")}}
		}, "prepare a, call a"},
		{"one that harms and one that does not", func(o *world) steps.Plan {
			return plan(append(o.harmful("a"), o.harmless("b"))...)
		}, "prepare a, begun a, call a, done a, prepare b, call b, done b"},
	} {
		o := &world{}
		_, err := c.plan(o).Perform(t.Context(), o.write())
		if wantClass(t, err, tsp.Done); t.Failed() {
			t.Errorf("in the case of %s", c.name)
		}
		o.wantLog(t, c.want)
	}
}

func TestAnAttemptGoesOnWhereTheOneBeforeEnded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		// ends are those of the first attempt, and first is its own.
		ends  map[string]error
		first tsp.Class
		// left is what the second attempt does.
		left string
	}{
		{"it cannot be prepared", map[string]error{"prepare b": fails(tsp.Throttled)}, tsp.Throttled, "prepare b, begun b, call b, done b"},
		{"it cannot be marked before", map[string]error{"begun b": errDisk}, tsp.Unavailable, "prepare b, begun b, call b, done b"},
		{"the TSP puts it off", map[string]error{"call b": fails(tsp.Throttled)}, tsp.Throttled, "find b, prepare b, begun b, call b, done b"},
		{"the call has no answer", map[string]error{"call b": fails(tsp.Unknown)}, tsp.Unknown, "find b, prepare b, begun b, call b, done b"},
		{"it was taken and cannot be marked", map[string]error{"done b": errDisk}, tsp.Unknown, "find b, done b"},
		{"an error has no class", map[string]error{"call b": errors.New("what")}, tsp.Broken, "find b, prepare b, begun b, call b, done b"},
	} {
		o := &world{ends: c.ends}
		p := plan(o.harmful("a", "b")...)
		_, err := p.Perform(t.Context(), o.write())
		e := wantClass(t, err, c.first)
		if !strings.HasSuffix(e.Message, " (done before that: a, id id-a)") {
			t.Errorf("%s: the message is %q", c.name, e.Message)
		}
		o.ends, o.log = nil, nil
		out, err := p.Perform(t.Context(), o.write())
		wantClass(t, err, tsp.Done)
		o.wantLog(t, c.left)
		o.wantAllOnce(t, p, c.name)
		if out.SourceID != "id-b" || out.Collection != "of b" {
			t.Errorf("%s: written %+v", c.name, out)
		}
	}
}

var errDisk = errors.New("the disk is full")

func TestAHarmlessStepThatWasTakenAndCannotBeMarkedIsTakenAgain(t *testing.T) {
	t.Parallel()
	o := &world{ends: map[string]error{"done h": errDisk}}
	p := plan(append(o.harmful("a"), o.harmless("h"))...)
	_, err := p.Perform(t.Context(), o.write())
	wantClass(t, err, tsp.Unavailable)
	o.ends, o.log = nil, nil
	_, err = p.Perform(t.Context(), o.write())
	wantClass(t, err, tsp.Done)
	o.wantLog(t, "prepare h, call h, done h")
}

func TestABegunStepIsNotTakenUntilTheTSPHasSaidThatItHasNot(t *testing.T) {
	t.Parallel()
	own := &tsp.Error{Class: tsp.Missing, Message: "no such id can be"}
	for _, c := range []struct {
		end  error
		want tsp.Class
	}{
		{fails(tsp.Unavailable), tsp.Unavailable},
		{fails(tsp.Unauthorized), tsp.Unauthorized},
		{fails(tsp.Rejected), tsp.Unknown},
		{fails(tsp.Missing), tsp.Unknown},
		{own, tsp.Missing},
	} {
		for _, kind := range []func(o *world, keys ...string) []steps.Step{(*world).harmful, (*world).deliveries} {
			o := &world{marks: []tsp.Step{begun("a")}, ends: map[string]error{"find a": c.end}}
			_, err := plan(kind(o, "a", "b")...).Perform(t.Context(), o.write())
			wantClass(t, err, c.want)
			if o.taken["a"] > 0 {
				t.Errorf("the look-up ended with %v, and the step was taken", c.end)
			}
		}
	}
}

func TestABegunStepThatCannotBeLookedForIsTakenWhereTheWriteIsPerformed(t *testing.T) {
	t.Parallel()
	o := &world{marks: []tsp.Step{begun("a")}}
	all := o.harmful("a", "b")
	_, err := plan(unfindable(all[0]), all[1]).Perform(t.Context(), o.write())
	wantClass(t, err, tsp.Done)
	o.wantLog(t, "prepare a, begun a, call a, done a, prepare b, begun b, call b, done b")
}

func TestARefusedDeliveryKeepsNoOtherFromBeingMade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		end   tsp.Class
		want  tsp.Class
		parts string
		again string
	}{
		{tsp.Done, tsp.Done, "to a done 201, to b done 201, to c done 201", "to a done 0"},
		{tsp.Rejected, tsp.Rejected, "to a done 201, to b rejected 400, to c done 201", "to b done 201"},
		{tsp.Missing, tsp.Missing, "to a done 201, to b missing 400, to c done 201", "to b done 201"},
		{tsp.Throttled, tsp.Throttled, "to a done 201, to c unavailable 0, to b throttled 400", "to b done 201, to c done 201"},
		{tsp.Unknown, tsp.Unknown, "to a done 201, to c unavailable 0, to b unknown 400", "to b done 201, to c done 201"},
		{tsp.Forbidden, tsp.Forbidden, "to a done 201, to c unavailable 0, to b forbidden 400", "to b done 201, to c done 201"},
		{tsp.Broken, tsp.Broken, "to a done 201, to c unavailable 0, to b broken 400", "to b done 201, to c done 201"},
	} {
		o := &world{}
		if c.end != tsp.Done {
			o.ends = map[string]error{"call b": fails(c.end)}
		}
		p := plan(o.deliveries("a", "b", "c")...)
		out, err := p.Perform(t.Context(), o.write())
		parts := out.Parts
		if e := wantClass(t, err, c.want); err != nil {
			parts = e.Parts
			if strings.Contains(e.Message, "done before that") {
				t.Errorf("%s: the message tells what the parts tell: %q", c.end, e.Message)
			}
		}
		if diff := cmp.Diff(c.parts, spelt(parts)); diff != "" {
			t.Errorf("%s: the parts differ (-want +got):\n%s", c.end, diff)
		}
		if o.ends = nil; c.end == tsp.Done {
			continue
		}
		out, err = p.Perform(t.Context(), o.write())
		wantClass(t, err, tsp.Done)
		if diff := cmp.Diff(c.again, spelt(out.Parts)); diff != "" {
			t.Errorf("%s: the parts of the next attempt differ (-want +got):\n%s", c.end, diff)
		}
		o.wantAllOnce(t, p, string(c.end))
	}
}

func spelt(parts []tsp.Part) string {
	var all []string
	for _, p := range parts {
		all = append(all, fmt.Sprint(p.Name, " ", p.Class, " ", p.Status))
	}
	return strings.Join(all, ", ")
}

func TestACutAttemptStillMarksWhatItDidAndBeginsNothingMore(t *testing.T) {
	t.Parallel()
	o := &world{}
	ctx, cut := context.WithCancel(t.Context())
	o.meets = func(what string) {
		if what == "took a" {
			cut()
		}
	}
	p := plan(o.harmful("a", "b")...)
	_, err := p.Perform(ctx, o.write())
	if e := wantClass(t, err, tsp.Unavailable); !errors.Is(e, context.Canceled) {
		t.Errorf("the end %v does not tell that it was cut", e)
	}
	o.wantLog(t, "prepare a, begun a, call a, done a")
	if diff := cmp.Diff([]tsp.Step{done("a")}, o.marks); diff != "" {
		t.Errorf("the marks differ (-want +got):\n%s", diff)
	}
}

func TestALaterStepGoesToWhatTheEarlierOnesMade(t *testing.T) {
	t.Parallel()
	update := tsp.Capability{Kind: resource.KindUser, Verb: resource.Update}
	for _, c := range []struct {
		name  string
		verb  resource.Verb
		marks []tsp.Step
		// made is what the first step makes, and sees is what the second is told of it.
		made tsp.Written
		sees string
		want tsp.Written
	}{
		{"a new record", resource.Create, nil, tsp.Written{SourceID: "9", Status: 201, Note: "one"}, "9 in of a",
			tsp.Written{SourceID: "9", Collection: "of a", Status: 200, Note: "one; two"}},
		{"one in a collection of its own", resource.Create, nil, tsp.Written{SourceID: "9", Collection: "other"}, "9 in other",
			tsp.Written{SourceID: "9", Collection: "other", Status: 200, Note: "two"}},
		{"one of an earlier attempt", resource.Create, []tsp.Step{{Key: "a", Done: true, SourceID: "9"}}, tsp.Written{}, "9 in of a",
			tsp.Written{SourceID: "9", Collection: "of a", Status: 200, Note: "two"}},
		{"an update", resource.Update, nil, tsp.Written{}, "old in olds",
			tsp.Written{SourceID: "old", Collection: "olds", Status: 200, Note: "two"}},
		{"an update that makes another record", resource.Update, nil, tsp.Written{SourceID: "9"}, "9 in of a",
			tsp.Written{SourceID: "9", Collection: "of a", Status: 200, Note: "two"}},
	} {
		sees := ""
		first := steps.Step{Key: "a", Collection: "of a", Prepare: func(context.Context, tsp.Write) (steps.Call, error) {
			return func(context.Context) (tsp.Written, error) { return c.made, nil }, nil
		}}
		second := steps.Step{Key: "b", Prepare: func(_ context.Context, w tsp.Write) (steps.Call, error) {
			sees = fmt.Sprintf("%s in %s", w.Target, w.Collection)
			return func(context.Context) (tsp.Written, error) { return tsp.Written{Status: 200, Note: "two"}, nil }, nil
		}}
		o := &world{marks: c.marks}
		w := o.write()
		if c.verb == resource.Update {
			w.Capability, w.Target, w.Collection = update, "old", "olds"
		}
		out, err := plan(first, second).Perform(t.Context(), w)
		wantClass(t, err, tsp.Done)
		if diff := cmp.Diff(c.want, out); diff != "" || sees != c.sees {
			t.Errorf("%s: the second step sees %q, want %q; the result differs (-want +got):\n%s", c.name, sees, c.sees, diff)
		}
	}
}

func TestAStepThatIsRefusedAndNoDeliveryStopsTheWrite(t *testing.T) {
	t.Parallel()
	o := &world{ends: map[string]error{"call a": fails(tsp.Rejected)}}
	_, err := plan(o.harmful("a", "b")...).Perform(t.Context(), o.write())
	wantClass(t, err, tsp.Rejected)
	o.wantLog(t, "prepare a, begun a, call a")
}

func TestTheResultHoldsTheLastStatusAndThePartsThatOneCallMade(t *testing.T) {
	t.Parallel()
	says := func(key string, made tsp.Written) steps.Step {
		return steps.Step{Key: key, Prepare: func(context.Context, tsp.Write) (steps.Call, error) {
			return func(context.Context) (tsp.Written, error) { return made, nil }, nil
		}}
	}
	want := tsp.Written{Status: 201, Parts: []tsp.Part{{Name: "to a", Class: tsp.Done}}}
	out, err := plan(says("a", want), says("b", tsp.Written{})).Perform(t.Context(), new(world).write())
	wantClass(t, err, tsp.Done)
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("the result differs (-want +got):\n%s", diff)
	}
}

func TestTheResultHoldsTheRecordAsTheLastStepShowsIt(t *testing.T) {
	t.Parallel()
	shows := func(key string, record *tsp.Record) steps.Step {
		return steps.Step{Key: key, Prepare: func(context.Context, tsp.Write) (steps.Call, error) {
			return func(context.Context) (tsp.Written, error) {
				return tsp.Written{SourceID: "7", Record: record}, nil
			}, nil
		}}
	}
	before, after := &tsp.Record{SourceID: "7", Collection: "before"}, &tsp.Record{SourceID: "7", Collection: "after"}
	for name, c := range map[string]struct{ first, second, want *tsp.Record }{
		"both show it":     {before, after, after},
		"the last does":    {nil, after, after},
		"the last is mute": {before, nil, nil},
	} {
		out, err := plan(shows("a", c.first), shows("b", c.second)).Perform(t.Context(), new(world).write())
		wantClass(t, err, tsp.Done)
		if out.Record != c.want {
			t.Errorf("%s: the record is %+v, want %+v", name, out.Record, c.want)
		}
	}
}

func TestAWriteWithoutStepsIsBroken(t *testing.T) {
	t.Parallel()
	_, err := plan().Perform(t.Context(), new(world).write())
	wantClass(t, err, tsp.Broken)
	_, _, err = plan().Find(t.Context(), new(world).write())
	wantClass(t, err, tsp.Broken)
}
