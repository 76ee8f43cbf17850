package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/bench/measure"
)

func TestTwoBuildsAreMeasuredInTurns(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	if _, err := measure.Self(); err != nil {
		t.Skipf("only Linux, by /proc, tells what a process uses: %v", err)
	}
	binary := filepath.Join(t.TempDir(), "waybill")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "github.com/waybill-dev/waybill/cmd/waybill")
	said, err := build.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	var out strings.Builder
	o := options{Binary: []string{binary, binary}, Env: []string{"2:WAYBILL_SEAL_AT_REST=on"}, Callers: 2, Connections: 2,
		Duration: 200 * time.Millisecond, Turns: 1, Patience: time.Minute}
	if err := o.run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "B/A: rate x") || strings.Contains(got, "NaN") {
		t.Errorf("%s", got)
	}
}

func TestAVariableIsForOneBuildOrAll(t *testing.T) {
	t.Parallel()
	o := options{Binary: []string{"a", "b"}, Env: []string{"ALL=1:2", "2:OWN=x"}}
	for i, want := range []string{"ALL=1:2", "ALL=1:2 OWN=x"} {
		got, err := o.environ(i)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("of %d: %q, %v", i, got, err)
		}
	}
	o.Env = []string{"3:OWN=x"}
	if _, err := o.environ(0); err == nil {
		t.Error("a variable for a build that is not there was taken")
	}
}

func TestANumberIsForOneBuild(t *testing.T) {
	t.Parallel()
	o := options{Binary: []string{"a", "b"}}
	for i, want := range []int{0, 3} {
		got, err := o.number([]string{"2:3"}, i)
		if err != nil || got != want {
			t.Errorf("of %d: %d, %v", i, got, err)
		}
	}
	for _, wrong := range []string{"3:3", "3", "2:many"} {
		if _, err := o.number([]string{wrong}, 0); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}
