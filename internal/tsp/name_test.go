package tsp_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestANameIsOneOfTheContractOrOfOurOwnAndLikeNone(t *testing.T) {
	t.Parallel()
	for _, name := range append(tsp.Names(), "navixy", "mix", "mix_telematics", "fleetio", "powerfleet", "gps51") {
		if err := name.Valid(); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []tsp.Name{"", "x", "Navixy", "navixy-2", "../x", "_x", "2track", "samsra", "samsara2", "mapom", "webflet", "verizon", "traccar_"} {
		if name.Valid() == nil {
			t.Errorf("%q is taken for a name of our own", name)
		}
	}
}
