package tsptest

import (
	"crypto/sha256"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// try writes a capability twice, with all fields and with as few as can be.
func (l *live) try(c tsp.Capability) outcome {
	var left []string
	o := l.hold(c, func(t *trial) {
		f := t.form(t.suite.settings())
		if lacks := f.action.Lacks(f.settings); lacks != "" {
			t.skipf("%s (%s)", lacks, envSettings)
		}
		targets := l.targets(t)
		lacking := l.refer(f)
		first := l.full(f, lacking)
		l.aim(c, targets)
		left = append(left, l.write(f, first, "all fields")...)
		if few := l.tagged(f, f.few()); !sameNames(few, first) {
			l.aim(c, targets[min(1, len(targets)):])
			left = append(left, l.write(f, few, "as few fields as can be")...)
		}
	})
	line := c.String() + ": " + strings.Join(left, ", ")
	if len(o.Failures) > 0 {
		line += " FAILED"
	} else if len(left) == 0 {
		line += "NOT WRITTEN: " + o.Skipped
	}
	l.summary = append(l.summary, line)
	return o
}

// aim makes the first of the records the one that an update changes. Where one alone was made both
// updates change it.
func (l *live) aim(c tsp.Capability, targets []tsp.Record) {
	if len(targets) > 0 {
		l.suite.records = map[resource.Kind][]tsp.Record{c.Kind: targets}
	}
}

func sameNames(a, b draft) bool {
	return slices.Equal(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
}

// targets are the records that an update may change.
func (l *live) targets(t *trial) []tsp.Record {
	if t.c.Verb != resource.Update {
		return nil
	}
	named := l.account.sources[t.c.String()]
	if len(named) == 0 {
		if len(l.made[t.c.Kind]) == 0 {
			t.skipf(`this run has made no %s, and changes no other; %s can name one that may be changed: {"%s":["..."]}`, t.c.Kind, envSources, t.c)
		}
		return l.made[t.c.Kind]
	}
	listed := slices.DeleteFunc(l.world(t).list(t.c.Kind), func(r tsp.Record) bool { return !slices.Contains(named, r.SourceID) })
	if len(listed) == 0 {
		t.fatalf("none of the records that %s names for %q is listed", envSources, t.c)
	}
	return listed
}

// world is what a trial writes and lists with.
func (l *live) world(t *trial) *world {
	return &world{t: t, session: l.session, setup: setup{settings: l.suite.settings(), pace: l.pace}}
}

// write makes one write and proves it. It returns what is left of it at the TSP.
func (l *live) write(f form, d draft, what string) []string {
	t := f.t
	x := l.world(t).write(f, d, l.n)
	operation, err := uuid.NewV7()
	if err != nil {
		t.fatalf("an operation id: %v", err)
	}
	x.Operation = operation
	x.Secret = func(label string) []byte {
		sum := sha256.Sum256(append(append(l.root, operation[:]...), label...))
		return l.derive(sum[:])
	}
	out, err := l.perform(t, &x)
	if err != nil {
		maybe, taken := "", taken(x)
		if class := t.classOf(err); class == tsp.Unknown || class == tsp.Broken {
			maybe = "; IT MAY STAND THERE ALL THE SAME"
		}
		for _, step := range taken {
			maybe += "; " + step + " WAS TAKEN"
		}
		t.errorf("the write of %s ends as %v%s\n%s", what, err, maybe, d.json())
		return taken
	}
	left := out.Collection + " " + string(out.SourceID)
	if out.SourceID == "" {
		left = "one of " + out.Collection + ", which have no id"
	}
	t.logf("written with %s: %s", what, left)
	switch {
	case f.c.Verb == resource.Update && out.SourceID != x.Target:
		t.errorf("the update of %q results in %q", x.Target, out.SourceID)
	case t.imported(f.c.Kind) && out.SourceID == "":
		t.errorf("the result names no record, and those of its kind are listed")
	}
	if f.c.Verb == resource.Create {
		l.made[f.c.Kind] = append(l.made[f.c.Kind], tsp.Record{SourceID: out.SourceID, Collection: out.Collection})
	}
	l.findable(f, x, out)
	if t.imported(f.c.Kind) {
		l.until(t, func(probe *trial) { l.readBack(probe, f, d, out) })
	}
	return []string{left}
}

// readBack compares what was written with what the adapter lists.
func (l *live) readBack(t *trial, f form, d draft, out tsp.Written) {
	f.t = t
	w := l.world(t)
	shown, found := recordOf(w.list(f.c.Kind), out)
	if !found {
		t.errorf("the record %q in %q is not listed", out.SourceID, out.Collection)
		return
	}
	newReading(f).compare(d, shown, w.fieldsOf(shown))
}

// taken lists the steps that a write took before it failed, because what they made stays.
func taken(x tsp.Write) []string {
	var all []string
	for _, s := range x.Progress.Steps() {
		if s.Done {
			all = append(all, strings.TrimSpace("the step "+quoted(s.Key)+" "+string(s.SourceID)))
		}
	}
	return all
}

// maxTries bounds how often a write is tried that the TSP puts off; between two there is at least
// minPause, and no run waits longer than maxPause.
const (
	maxTries = 5
	minPause = 3 * time.Second
	maxPause = 5 * time.Minute
)

// perform writes, and goes on where the write was certainly not applied or may be repeated.
func (l *live) perform(t *trial, x *tsp.Write) (tsp.Written, error) {
	for {
		out, err := l.session.Write(t.ctx, *x)
		if err == nil {
			return out, nil
		}
		end := t.classified(err)
		strength := l.suite.spec.Actions[x.Capability].Strength
		again := end.Class == tsp.Throttled || end.Class == tsp.Unavailable ||
			end.Class == tsp.Unknown && (strength == tsp.Native || strength == tsp.NaturalKey)
		if !again || x.Attempt == maxTries || end.RetryAfter > maxPause {
			return out, err
		}
		t.logf("attempt %d ends as %v", x.Attempt, err)
		if l.wait(t.ctx, max(end.RetryAfter, minPause)) != nil {
			return out, err
		}
		x.Attempt++
	}
}

// findable demands that a write is found by what keeps it from being sent twice.
func (l *live) findable(f form, x tsp.Write, out tsp.Written) {
	if f.action.Strength != tsp.VerifyFirst || f.c.Verb != resource.Create {
		return
	}
	marked := x.Progress.Steps()
	l.until(f.t, func(probe *trial) {
		begun := new(progress) // what a crash leaves before the marks that tell an end
		for _, s := range marked {
			begun.steps = append(begun.steps, tsp.Step{Key: s.Key})
		}
		x.Progress = begun
		found, yes, err := l.world(probe).find(x)
		switch {
		case err != nil:
			probe.errorf("looking for the write ends as %v", err)
		case !yes:
			probe.errorf("looking for the write does not find it; after an answer that was lost it would be sent twice")
		case found.SourceID != out.SourceID && f.c.Kind != resource.KindGroupMessage:
			probe.errorf("looking for the write finds %q instead of %q", found.SourceID, out.SourceID)
		}
	})
}

// until holds a check until it passes, because TSPs show late what they took. What fails at last
// counts.
func (l *live) until(t *trial, check func(*trial)) {
	for next := time.Second; ; next *= 2 {
		probe := &trial{suite: t.suite, check: t.check, c: t.c, alone: true}
		probe.hold(check)
		if o := probe.outcome; len(o.Failures) == 0 || next > time.Minute || l.wait(t.ctx, next) != nil {
			for _, failure := range o.Failures {
				t.errorf("%s", failure)
			}
			for _, log := range o.Logs {
				t.logf("%s", log)
			}
			return
		}
	}
}
