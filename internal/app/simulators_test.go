package app_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/all"
)

func TestNoTwoSimulatorsShareAPort(t *testing.T) {
	t.Parallel()
	taken := map[int]string{}
	for _, s := range all.Simulators() {
		if other, ok := taken[s.Info.PortOffset]; ok || s.Info.PortOffset < 1 {
			t.Errorf("%s listens on the port of %q: offset %d", s.Info.Name, other, s.Info.PortOffset)
		}
		taken[s.Info.PortOffset] = s.Info.Name
	}
}
