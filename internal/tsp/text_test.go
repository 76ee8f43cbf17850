package tsp_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestATextIsTheSameAsTheTSPMayKeepIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sent, shown string
		same        bool
	}{
		{"Dock 7", "Dock 7", true},
		{" Dock 7\n", "Dock 7", true},
		{"Dock 7\r\nGate 2", "Dock 7\nGate 2", true},
		{"Dock 7\rGate 2", "Dock 7\nGate 2", true},
		{"Cafe\u0301", "Caf\u00e9", true},
		{"\u00a0Dock 7\t", "Dock 7", true},
		{"Dock 7", "Dock 77", false},
		{"Dock 7", "dock 7", false},
		{"Dock 7", "Dock  7", false},
		{"Dock 7\nGate 2", "Dock 7 Gate 2", false},
	} {
		if tsp.SameText(c.sent, c.shown) != c.same || tsp.SameText(c.shown, c.sent) != c.same {
			t.Errorf("%q and %q: want %v", c.sent, c.shown, c.same)
		}
	}
	if !tsp.SameName("Ada@Fleet.example ", "ada@fleet.example") || tsp.SameName("ada@fleet.example", "adam@fleet.example") {
		t.Error("names differ by more than their case")
	}
}
