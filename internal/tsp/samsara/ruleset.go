package samsara

import "github.com/waybill-dev/waybill/internal/resource"

// ruleset is what a driver's hours are counted by: the override and the two flags of exemptions that have codes of
// their own with us. Short-haul and split-sleeper exemptions have no counterpart in Samsara's API, and Oklahoma and
// California Motion Picture, which it has, have no code.
type ruleset struct {
	override
	BigDay      bool
	WaitingTime bool
}

// override is a usDriverRulesetOverride. All members are required.
type override struct {
	Cycle     string `json:"cycle"`
	Restart   string `json:"restart"`
	RestBreak string `json:"restbreak"`
	State     string `json:"usStateToOverride"`
}

const (
	restart34  = "34-hour Restart"
	restart24  = "24-hour Restart"
	noRule     = "None"
	breakUS    = "Property (off-duty/sleeper)"
	mealbreak  = "California Mealbreak (off-duty/sleeper)"
	usProperty = "USA Property "
)

// rulesets are the codes that have a counterpart at Samsara. Its cycles, restarts and breaks are documented
// (UpdateDriverRequest of the OpenAPI document 2025-10-23 and of the SDK 14.7.0, 2026-08-21); which restart and break
// go with which code is our reading, so codes are written only where a connection's setting says so.
func rulesets() map[string]ruleset {
	table := interstate()
	for code, o := range map[string]override{
		"US_INT_PAX_70_8":        {"USA Passenger (8/70)", noRule, noRule, ""},
		"US_INT_PAX_60_7":        {"USA Passenger (7/60)", noRule, noRule, ""},
		"US_TX_INTRA_PROP_70_7":  {"Texas (7/70)", restart34, noRule, "TX"},
		"US_CA_INTRA_PROP_80_8":  {"California Property (8/80)", restart34, noRule, "CA"},
		"US_CA_INTRA_PAX_80_8":   {"California Passenger (8/80)", restart34, noRule, "CA"},
		"US_CA_INTRA_FARM_112_8": {"California Farm (8/112)", restart34, noRule, "CA"},
		"US_CA_INTRA_FARM_BRK":   {"California Farm (8/112)", restart34, mealbreak, "CA"},
		"US_CA_INTRA_FLAM_80_8":  {"California Flammable Liquid (8/80)", restart34, noRule, "CA"},
		"US_CA_INTRA_FLAM_BRK":   {"California Flammable Liquid (8/80)", restart34, mealbreak, "CA"},
		"US_CA_INTRA_SCH_80_8":   {"California School/FLV (8/80)", restart34, noRule, "CA"},
		"US_CA_INTRA_SCH_BRK":    {"California School/FLV (8/80)", restart34, mealbreak, "CA"},
		"US_AK_INTRA_PROP_80_8":  {"Alaska Property (8/80)", noRule, noRule, "AK"},
		"US_AK_INTRA_PROP_70_7":  {"Alaska Property (7/70)", noRule, noRule, "AK"},
		"US_AK_INTRA_PAX_80_8":   {"Alaska Passenger (8/80)", noRule, noRule, "AK"},
		"US_AK_INTRA_PAX_70_7":   {"Alaska Passenger (7/70)", noRule, noRule, "AK"},
	} {
		table[code] = ruleset{override: o}
	}
	for code, name := range map[string]string{"FL": "Florida", "NE": "Nebraska", "NC": "North Carolina",
		"SC": "South Carolina", "OR": "Oregon", "WI": "Wisconsin"} {
		table["US_"+code+"_INTRA_PROP_80_8"] = ruleset{override: override{name + " (8/80)", restart34, noRule, code}}
		table["US_"+code+"_INTRA_PROP_70_7"] = ruleset{override: override{name + " (7/70)", restart34, noRule, code}}
	}
	return table
}

// interstate are the codes of property carriers between states: with a restart or without, with the break of 30 minutes
// or without, with the 16-hour day ("big day") or without. In oilfields the restart takes 24 hours, and those who serve
// wells have waiting time that does not count (49 CFR 395.1(d)).
func interstate() map[string]ruleset {
	table := map[string]ruleset{}
	for days, cycle := range map[string]string{"70_8": usProperty + "(8/70)", "60_7": usProperty + "(7/60)"} {
		table["US_INT_PROP_"+days+"_NORST"] = ruleset{override: override{cycle, noRule, breakUS, ""}}
		for kind, waits := range map[string]bool{"PROP": false, "OILTR": false, "OILWL": true} {
			restart := restart24
			if kind == "PROP" {
				restart = restart34
			}
			for suffix, rest := range map[string]string{"": breakUS, "_NOBRK": noRule} {
				code, o := "US_INT_"+kind+"_"+days+suffix, override{cycle, restart, rest, ""}
				table[code] = ruleset{override: o, WaitingTime: waits}
				table[code+"_BIG"] = ruleset{override: o, WaitingTime: waits, BigDay: true}
			}
		}
	}
	return table
}

// rulesetOf returns what a code stands for; nil if it stands for nothing.
func rulesetOf(code resource.Opt[string]) *ruleset {
	if r, ok := rulesets()[code.Or("")]; ok {
		return &r
	}
	return nil
}

// rulesetCode is the code that says all of what the driver's hours are counted by; "" if none does, and where he has no
// ruleset of his own.
func (r driverRecord) rulesetCode() string {
	if r.Override == nil {
		return ""
	}
	has := ruleset{override: *r.Override, BigDay: r.BigDay, WaitingTime: r.WaitingTime}
	for code, one := range rulesets() {
		if one == has {
			return code
		}
	}
	return ""
}
