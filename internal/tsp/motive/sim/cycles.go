package sim

import (
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Cycles (developer.gomotive.com/reference/users-overview, read 2026-11-27, as far as Alaska; Canada's and the
// exceptions of Alaska's were not in reach, so that these are the names that a public client lists, with any exception).

const (
	restart24 = "exception_24_hour_restart"
	noBreak   = "exception_8_hour_break"
	waitTime  = "exception_wait_time"
	shortHaul = "exception_short_haul"
	farmBus   = "exception_ca_farm_school_bus"
)

// cycles are the names, with the exceptions that each allows; nil allows any. 70_8_2020 stands in the page's sample of
// a second cycle.
func cycles() map[string][]string {
	return map[string][]string{
		"70_8": {restart24, noBreak, shortHaul}, "60_7": {restart24, noBreak, shortHaul},
		"70_8_o": {restart24, noBreak, waitTime, shortHaul}, "60_7_o": {restart24, noBreak, waitTime, shortHaul},
		"70_8_p": {}, "60_7_p": {}, "80_8": {restart24}, "80_8_o": {restart24, waitTime}, "80_8_p": {farmBus},
		"tx_70_7": {restart24}, "ak_70_7": nil, "ak_80_8": nil, "ak_70_7_o": nil, "ak_80_8_o": nil,
		"ak_70_7_p": nil, "ak_80_8_p": nil, "70_7": nil, "120_14": nil, "canada_oil": nil, "80_7": nil,
		"120_14_north": nil, "Other": nil, "70_8_2020": nil,
	}
}

func cycleNames() []string { return slices.Sorted(maps.Keys(cycles())) }

// checkCycle refuses exceptions that the driver's cycle does not allow. That Motive refuses them is not documented.
func checkCycle(o simkit.Object) error {
	name := simkit.Text(o, "cycle")
	allowed, known := cycles()[name]
	if !known || allowed == nil {
		return nil
	}
	for _, exception := range []string{restart24, noBreak, waitTime, shortHaul, farmBus} {
		if o[exception] == true && !slices.Contains(allowed, exception) {
			return simkit.Invalid("%s does not go with the cycle %s, which allows %s", exception, name,
				strings.Join(append(slices.Clone(allowed), "no other"), ", "))
		}
	}
	return nil
}
