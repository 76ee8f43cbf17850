package measure_test

import (
	"os/exec"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/bench/measure"
)

func TestQuartilesStandBetweenFigures(t *testing.T) {
	t.Parallel()
	s := measure.SpreadOf(4, 1, 3, 2)
	if s.Median() != 2.5 || s.At(0) != 1 || s.At(0.25) != 1.75 || s.At(1) != 4 {
		t.Errorf("%v %v %v %v", s.At(0), s.At(0.25), s.Median(), s.At(1))
	}
	if got := measure.SpreadOf().Median(); got != 0 {
		t.Errorf("of nothing %v", got)
	}
}

func TestAProcessTellsWhatItUsesAndSays(t *testing.T) {
	t.Parallel()
	if _, err := measure.Self(); err != nil {
		t.Skipf("only Linux, by /proc, tells what a process uses: %v", err)
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	p, err := measure.Start(t.Context(), shell, nil, "-c", "echo ready; while :; do :; done")
	if err != nil {
		t.Fatal(err)
	}
	for used := (measure.Usage{}); used.CPU < 50*time.Millisecond || used.Resident == 0; {
		if used, err = p.Usage(); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Kill(); err != nil || p.Said() != "ready\n" {
		t.Errorf("%v, said %q", err, p.Said())
	}
}

func TestATreeUsesWhatItsChildrenDoAndHaveDone(t *testing.T) {
	t.Parallel()
	if _, err := measure.Self(); err != nil {
		t.Skipf("only Linux, by /proc, tells what a process uses: %v", err)
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	const worker = `sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done' >/dev/null 2>&1`
	for says, script := range map[string]string{
		"one that works":     worker + " & wait; exec sleep 60",
		"one that has ended": worker + "; exec sleep 60",
	} {
		p, err := measure.Start(t.Context(), shell, []string{"PATH=/usr/bin:/bin"}, "-c", script)
		if err != nil {
			t.Fatal(err)
		}
		var own, all measure.Usage
		for all.CPU < own.CPU+100*time.Millisecond {
			if own, err = p.Usage(); err == nil {
				all, err = measure.UsageOfTree(p.PID())
			}
			if err != nil {
				t.Fatalf("%s: %v", says, err)
			}
		}
		_ = p.Kill()
	}
}
