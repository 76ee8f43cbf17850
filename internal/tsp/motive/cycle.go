package motive

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
)

// cyclesPage is where Motive lists its cycles and the exceptions that each allows (read 2026-11-27). The
// end of its table, Canada, was read in a public client that has the same names.
const cyclesPage = docs + "/reference/users-overview"

// cycle is one of Motive's cycles with the exceptions that go with it.
type cycle struct {
	name string
	// restart24 is the restart after 24 hours instead of 34, for work in oil and gas fields
	// (helpcenter.gomotive.com, article 6543264745501, read 2026-11-27).
	restart24 bool
	// noBreak exempts from the break after 8 hours, and waits tells that waiting at a well is off duty.
	noBreak, waits bool
	// longDay is the "Short Haul Exception", which is that of one 16-hour day in a week (helpcenter.gomotive.com,
	// article 6162559575453, read 2026-11-27); the short haul within 150 air miles is none of it.
	longDay bool
	// schoolBus is that of school buses and of vehicles that bring workers to farms.
	schoolBus bool
}

// cycles are the rule sets that Motive has. What differs in any exception is another rule set.
func cycles() map[string]cycle {
	all := map[string]cycle{
		"US_CA_INTRA_PROP_80_8":  {name: "80_8"},
		"US_CA_INTRA_PAX_80_8":   {name: "80_8_p"},
		"US_CA_INTRA_SCH_80_8":   {name: "80_8_p", schoolBus: true},
		"US_CA_INTRA_OILTR_80_8": {name: "80_8_o", restart24: true},
		"US_CA_INTRA_OILWL_80_8": {name: "80_8_o", restart24: true, waits: true},
		"US_TX_INTRA_PROP_70_7":  {name: "tx_70_7"},
		"US_TX_INTRA_OILTR_70_7": {name: "tx_70_7", restart24: true},
		"US_AK_INTRA_PROP_70_7":  {name: "ak_70_7"},
		"US_AK_INTRA_PROP_80_8":  {name: "ak_80_8"},
		"US_AK_INTRA_PAX_70_7":   {name: "ak_70_7_p"},
		"US_AK_INTRA_PAX_80_8":   {name: "ak_80_8_p"},
		"CA_FED_C1_70_7":         {name: "70_7"},
		"CA_FED_C2_120_14":       {name: "120_14"},
		"CA_N60_C1_80_7":         {name: "80_7"},
		"CA_N60_C2_120_14":       {name: "120_14_north"},
		"CA_S60_OIL":             {name: "canada_oil"},
	}
	for _, days := range []string{"70_8", "60_7"} {
		all["US_INT_PAX_"+days] = cycle{name: days + "_p"}
		for work, plain := range map[string]cycle{
			"PROP":  {name: days},
			"OILTR": {name: days + "_o", restart24: true},
			"OILWL": {name: days + "_o", restart24: true, waits: true},
		} {
			for suffix, c := range plain.variants() {
				all["US_INT_"+work+"_"+days+suffix] = c
			}
		}
	}
	return all
}

// variants are the cycle with the exceptions that codes tell by their ends.
func (c cycle) variants() map[string]cycle {
	without, long, both := c, c, c
	without.noBreak, long.longDay = true, true
	both.noBreak, both.longDay = true, true
	return map[string]cycle{"": c, "_NOBRK": without, "_BIG": long, "_NOBRK_BIG": both}
}

// rulesetCodes are the codes that Motive has a cycle for.
func rulesetCodes() []string { return slices.Collect(maps.Keys(cycles())) }

// cycleBody is what is written of a cycle: every exception with it, because a PUT leaves alone what it
// does not name.
type cycleBody struct {
	Cycle     jsontext.Value `json:"cycle,omitzero"`
	Restart24 *bool          `json:"exception_24_hour_restart,omitzero"`
	NoBreak   *bool          `json:"exception_8_hour_break,omitzero"`
	Waits     *bool          `json:"exception_wait_time,omitzero"`
	LongDay   *bool          `json:"exception_short_haul,omitzero"`
	SchoolBus *bool          `json:"exception_ca_farm_school_bus,omitzero"`
}

func cycleFrom(code resource.Opt[string]) cycleBody {
	c, ok := cycles()[code.Or("")]
	if !ok {
		return cycleBody{}
	}
	return cycleBody{encoded(c.name), &c.restart24, &c.noBreak, &c.waits, &c.longDay, &c.schoolBus}
}

// cycleRecord is what Motive shows of a driver's cycle.
type cycleRecord struct {
	Cycle     string `json:"cycle"`
	Restart24 bool   `json:"exception_24_hour_restart"`
	NoBreak   bool   `json:"exception_8_hour_break"`
	Waits     bool   `json:"exception_wait_time"`
	LongDay   bool   `json:"exception_short_haul"`
	SchoolBus bool   `json:"exception_ca_farm_school_bus"`
}

// code is the rule set of a cycle with exactly these exceptions; "" where the unified model has none.
func (r cycleRecord) code() string {
	want := cycle{r.Cycle, r.Restart24, r.NoBreak, r.Waits, r.LongDay, r.SchoolBus}
	for code, c := range cycles() {
		if c == want {
			return code
		}
	}
	return ""
}
