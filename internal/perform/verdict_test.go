package perform

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// classes are the columns of the tables below.
var classes = []tsp.Class{tsp.Done, tsp.Rejected, tsp.Unsupported, tsp.Missing, tsp.Forbidden, tsp.Broken,
	tsp.Unauthorized, tsp.Throttled, tsp.Unavailable, tsp.Unknown}

func TestTheTablesHaveEveryClass(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../tsp/class.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := map[tsp.Class]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == "Class" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			declared[tsp.Class(text)] = true
		}
		return true
	})
	listed := map[tsp.Class]bool{}
	for _, c := range classes {
		listed[c] = true
	}
	if diff := cmp.Diff(declared, listed); diff != "" {
		t.Errorf("decide what a new class means, in meaning and in the tables here (-declared +listed):\n%s", diff)
	}
}

// situation is a row of the table: how operations stand, and what follows from each class.
type situation struct {
	states    []operation.State
	strengths []tsp.Strength
	sync      bool
	find      string
	calls     string // those made, W for a write, F for a look-up
	ends      string // for each class: success, failed, retry or unknown
}

// What a look-up says.
const (
	finds   = "the write is there"
	misses  = "nothing, and the class is that of the write"
	answers = "the class"
)

func situations() []situation {
	waits, open := []operation.State{operation.Queued, operation.Retry}, []operation.State{operation.Sending, operation.Unknown}
	now, crashed := []operation.State{operation.Sending}, []operation.State{operation.Unknown}
	harmless := []tsp.Strength{tsp.Native, tsp.NaturalKey}
	verified, none := []tsp.Strength{tsp.VerifyFirst}, []tsp.Strength{tsp.None}
	return []situation{
		{waits, harmless, false, misses, "W", "sfffffrrru"},
		{waits, verified, false, misses, "W", "sfffffrrru"},
		{waits, none, false, misses, "W", "sfffffrrrf"},
		{open, harmless, false, misses, "W", "sfffffuuuu"},
		{open, verified, false, misses, "FW", "sfffffrrru"},
		{open, verified, false, finds, "F", "ssssssssss"},
		// Though it is long after the cut, what others come to may tell whose what is found is.
		{open, verified, false, answers, "F", "suuuuuuuuu"},
		{open, none, false, misses, "", "ffffffffff"},
		{now, harmless, true, misses, "W", "sffffffffs"},
		{now, none, true, misses, "W", "sfffffffff"},
		{now, verified, true, misses, "W", "sfffffffff"},
		{now, verified, true, finds, "W", "sffffffffs"},
		{crashed, harmless, true, misses, "", "ffffffffff"},
		{crashed, none, true, misses, "", "ffffffffff"},
		{crashed, verified, true, finds, "", "ffffffffff"},
	}
}

func TestWhatBecomesOfAnOperationByClassStrengthStateAndMode(t *testing.T) {
	t.Parallel()
	for _, s := range situations() {
		// Where the TSP was told the class, it follows for others too.
		want := ""
		if strings.HasSuffix(s.calls, "W") || s.find == answers {
			want = "missing: rechecked; unauthorized: stale; throttled: shut; "
		}
		for _, state := range s.states {
			for _, strength := range s.strengths {
				name := fmt.Sprintf("%s, %s, sync %t, a look-up says %s", state, strength, s.sync, s.find)
				ends, effects := "", ""
				for _, class := range classes {
					synctest.Test(t, func(t *testing.T) {
						w, op := s.play(t, state, strength, class)
						ends += string(op.State)[:1]
						effects += w.effects(class)
						calls := s.calls
						calls += s.another(state, strength, class)
						if made := w.tsp.log(); made != calls || op.Tries != 1 || len(op.Attempts) != 1 {
							t.Errorf("%s: %s: calls %q and not %q, %d tries, log %v", name, class, made, calls, op.Tries, op.Attempts)
						}
					})
				}
				if ends != s.ends || effects != want {
					t.Errorf("%s: the ends are\n%s, want\n%s; what follows is %q, want %q", name, ends, s.ends, effects, want)
				}
			}
		}
	}
}

// another is the one call more that an attempt makes: a sync write without an answer is looked up
// or repeated by its handler, and a refusal behind an unknown attempt is looked into.
func (s situation) another(state operation.State, strength tsp.Strength, class tsp.Class) string {
	switch {
	case s.sync && state == operation.Sending && class == tsp.Unknown && strength == tsp.VerifyFirst:
		return "F"
	case s.sync && state == operation.Sending && class == tsp.Unknown && strength.Repeatable():
		return "W"
	case s.calls == "FW" && refusal(class):
		return "F"
	}
	return ""
}

// play makes one attempt that ends with the class and returns the operation as it is then.
func (s situation) play(t *testing.T, state operation.State, strength tsp.Strength, class tsp.Class) (*world, operation.Operation) {
	w := newWorld(t)
	w.tsp.can(strength, oneLimit)
	var end error
	if class != tsp.Done {
		end = failure(class)
		w.tsp.answers(failure(class))
	}
	w.tsp.find = func(tsp.Write) (tsp.Written, bool, error) {
		if s.find == answers {
			return tsp.Written{}, true, end
		}
		return tsp.Written{}, s.find == finds, nil
	}
	id := w.add(func(op *operation.Operation) { op.State, op.Sync = state, s.sync })
	if s.sync && state == operation.Sending {
		if _, err := w.writes.PerformNow(t.Context(), w.op(id)); err != nil {
			t.Error(err)
		}
		return w, w.op(id)
	}
	w.run(t, 500*time.Millisecond)
	return w, w.op(id)
}

// effects tells what an attempt of a class has meant for others.
func (w *world) effects(class tsp.Class) (out string) {
	if w.staled > 0 {
		out += string(class) + ": stale; "
	}
	limit := dispatch.Limit{ID: w.conn.ID.String() + "/" + oneLimit, Interval: time.Second, Burst: 1}
	if wait, _ := w.budget.Take("", []dispatch.Limit{limit}); wait > 25*time.Second {
		out += string(class) + ": shut; "
	}
	if w.rechecks > 0 {
		out += string(class) + ": rechecked; "
	}
	return out
}

func TestAPartWhoseOutcomeIsNotKnownSaysSo(t *testing.T) {
	t.Parallel()
	for name, sync := range map[string]bool{"async": false, "sync": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.tsp.can(tsp.None, oneLimit)
				w.tsp.write = func(context.Context, int, tsp.Write) (tsp.Written, error) {
					return tsp.Written{}, &tsp.Error{Class: tsp.Unknown, Message: "one is not known", Parts: []tsp.Part{
						{Name: "Ann", Class: tsp.Done}, {Name: "Bob", Class: tsp.Unknown, Message: "the line was cut"}}}
				}
				id := w.add(func(op *operation.Operation) {
					if sync {
						op.Sync, op.State = true, operation.Sending
					}
				})
				if sync {
					if _, err := w.writes.PerformNow(t.Context(), w.op(id)); err != nil {
						t.Error(err)
					}
				}
				w.run(t, time.Minute)
				op := w.op(id)
				said := strings.Join(lines(op), "\n")
				if op.State != operation.Failed || strings.Count(said, operation.OutcomeUnknown) != 1 ||
					!strings.Contains(said, "2 unknown "+operation.OutcomeUnknown) || !strings.Contains(said, "Bob: the line was cut") {
					t.Errorf("%s:\n%s", op.State, said)
				}
			})
		})
	}
}
