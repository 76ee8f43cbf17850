package samsara

import "github.com/waybill-dev/waybill/internal/resource"

// ruleset is a usDriverRulesetOverride. All members are required.
type ruleset struct {
	Cycle     string `json:"cycle"`
	Restart   string `json:"restart"`
	RestBreak string `json:"restbreak"`
	State     string `json:"usStateToOverride"`
}

const (
	restart34  = "34-hour Restart"
	noRule     = "None"
	breakUS    = "Property (off-duty/sleeper)"
	mealbreak  = "California Mealbreak (off-duty/sleeper)"
	usProperty = "USA Property "
)

// rulesets are the codes that have a counterpart at Samsara. The cycles are documented; which
// restart and break go with which code is our reading, so the table is used only where a
// connection's setting says so.
func rulesets() map[string]ruleset {
	table := map[string]ruleset{
		"US_INT_PROP_70_8":       {usProperty + "(8/70)", restart34, breakUS, ""},
		"US_INT_PROP_60_7":       {usProperty + "(7/60)", restart34, breakUS, ""},
		"US_INT_PROP_70_8_NORST": {usProperty + "(8/70)", noRule, breakUS, ""},
		"US_INT_PROP_60_7_NORST": {usProperty + "(7/60)", noRule, breakUS, ""},
		"US_INT_PROP_70_8_NOBRK": {usProperty + "(8/70)", restart34, noRule, ""},
		"US_INT_PROP_60_7_NOBRK": {usProperty + "(7/60)", restart34, noRule, ""},
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
	}
	for code, name := range map[string]string{"FL": "Florida", "NE": "Nebraska", "NC": "North Carolina",
		"SC": "South Carolina", "OR": "Oregon", "WI": "Wisconsin"} {
		table["US_"+code+"_INTRA_PROP_80_8"] = ruleset{name + " (8/80)", restart34, noRule, code}
		table["US_"+code+"_INTRA_PROP_70_7"] = ruleset{name + " (7/70)", restart34, noRule, code}
	}
	return table
}

// rulesetOf returns the override of a code; nil is sent as null, which deletes the override.
func rulesetOf(code resource.Opt[string]) *ruleset {
	if r, ok := rulesets()[code.Or("")]; ok {
		return &r
	}
	return nil
}
