package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/bench/measure"
)

// The smallest sizes with which everything happens; what is measured then says nothing.
func smallest() sizes {
	return sizes{turns: 1, span: 200 * time.Millisecond, connections: 3, hanging: 3, many: 5, active: 3,
		rows: 200, queued: 30}
}

// small is a field of the smallest sizes.
func small(t *testing.T) *field {
	t.Helper()
	if _, err := measure.Self(); err != nil {
		t.Skipf("only Linux, by /proc, tells what a process uses: %v", err)
	}
	f, err := newField(t.Context(), smallest(), t.TempDir(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	return f
}

func TestScenariosWorkAtTheirSmallest(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	f := small(t)
	chosen, err := choose([]string{"accept", "drain", "http", "restart", "deep"})
	if err != nil {
		t.Fatal(err)
	}
	var parts []part
	for _, s := range chosen {
		p := f.run(t.Context(), s)
		if p.failed != nil {
			t.Fatalf("%s: %v", s.name, p.failed)
		}
		for _, one := range p.figures {
			if len(one.Value) == 0 {
				t.Errorf("%s: nothing was measured: %s", s.name, one)
			}
		}
		parts = append(parts, p)
	}
	path := filepath.Join(t.TempDir(), "performance.md")
	r := report{begun: time.Now(), sizes: f.sizes, machine: machineOf(f.folder), parts: parts}
	if err := r.write(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	for _, want := range []string{"| accept, 256 callers |", "goals are met"} {
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%v: the report has no %q: %s", err, want, text)
		}
	}
}

func TestAScenarioThatIsNotThereIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := choose([]string{"accept", "acept"}); err == nil || !strings.Contains(err.Error(), `"acept"`) {
		t.Errorf("%v", err)
	}
}

func TestAGoalIsJudgedByTheMedian(t *testing.T) {
	t.Parallel()
	turns, floor := []float64{50, 70, 90}, []float64{10, 10, 10}
	for _, c := range []struct {
		of  figure
		met bool
	}{
		{figureOf("rate", "/s", turns).beside("floor", turns, floor).atLeast(7), true},
		{figureOf("rate", "/s", turns).beside("floor", turns, floor).atLeast(7.1), false},
		{figureOf("rate", "/s", turns).beside("floor", turns, floor).ratioAtMost(6.9), false},
		{figureOf("time", "ms", turns).atMost(70), true},
		{figureOf("time", "ms", turns).atMost(69), false},
	} {
		if c.of.Met != c.met {
			t.Errorf("%s", c.of)
		}
	}
}
