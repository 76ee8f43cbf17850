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
