package geotab

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// rulesets are Geotab's names of our rule sets. The names are those of its published known ids (KnownId of its object
// model) and of its release notes 6.0 and 7.0 (geotab.github.io/sdk/resources/new, read 2026-11-27); which code each one
// is, is told by the words of both lists, which follow each other closely, and by the labels of its import sample
// (github.com/Geotab/sdk importUsers.html). A code whose words fit none, or two, is left out: US_INT_RAIL_EX could be
// either America7DayRailroad or America8DayRailroad, and US_CA_INTRA_PROP_80_8 California8day or CaliforniaProperty.
// No code is there for America7DaySleeper, America8DaySleeper, AmericaNonCdlShortHaul7Day, AmericaNonCdlShortHaul8Day,
// CaliforniaPropertyShortHaul, CaliforniaPropertyShortHaulWithRest and BrazilShortHaul.
func rulesets() map[string]string {
	all := map[string]string{
		"US_INT_CARRIER_EX": "CarrierExemption", "US_INT_NOHOS_7": "None", "US_INT_NOHOS_8": "None8Day", "CA_FED_NOHOS": "NoneCanada",
		"US_INT_PAX_60_7": "America7DayPassenger", "US_INT_PAX_60_7_SH": "AmericaShortHaulPassenger",
		"US_INT_PAX_70_8": "America8DayPassenger", "US_INT_PAX_70_8_SH": "AmericaShortHaulPassenger8Day",
		"US_INT_SALESP": "AmericaSalesperson", "US_INT_SALESP_NCDL_SH": "AmericaSalespersonNonCdlShortHaul",
		"US_INT_PROP_60_7_SH": "AmericaShortHaul", "US_INT_PROP_60_7_SH_NORST": "AmericaShortHaulNo34h",
		"US_INT_PROP_70_8_SH": "AmericaShortHaul8Day", "US_INT_PROP_70_8_SH_NORST": "AmericaShortHaul8DayNo34h",
		"US_INT_PROP_SH_14H": "AmericaShortHaul14hrWorkday", "US_INT_PROP_70_8_SH_14H": "AmericaShortHaul8Day14hrWorkday",
		"US_INT_OILTR_60_7": "OilTransport7Day", "US_INT_OILTR_70_8": "OilTransport8Day",
		"US_INT_OILTR_SH_12H": "OilTransportShortHaul", "US_INT_OILTR_SH_14H": "OilTransportShortHaul14hrWorkday",
		"US_INT_OILTR_70_8_SH_12H": "OilTransportShortHaul8Day", "US_INT_OILTR_70_8_SH_14H": "OilTransportShortHaul8Day14hrWorkday",
		"US_INT_OILWL_60_7": "OilWell7Day", "US_INT_OILWL_70_8": "OilWell8Day",
		"CA_FED_C1_70_7": "CanadaCycleOne", "CA_FED_C1_TEAM": "CanadaCycleOneTeam",
		"CA_FED_C2_120_14": "CanadaCycleTwo", "CA_FED_C2_TEAM": "CanadaCycleTwoTeam",
		"CA_N60_C1_80_7": "CanadaNorthOf60CycleOne", "CA_N60_C2_120_14": "CanadaNorthOf60CycleTwo",
		"CA_N60_C1_TEAM": "CanadaNorthOf60CycleOneTeam", "CA_N60_C2_TEAM": "CanadaNorthOf60CycleTwoTeam",
		"CA_N60_OIL": "CanadaNorthOf60Oil", "CA_N60_OIL_TEAM": "CanadaNorthOf60OilTeam", "CA_S60_OIL": "CanadaOil",
		"CA_OIL_TEAM": "CanadaOilTeam",
	}
	maps.Copy(all, stateRulesets())
	for cycle, days := range map[string]string{"60_7": "7Day", "70_8": "8Day"} {
		for suffix, ending := range map[string]string{"": "", "_BIG": "Big", "_BIG_SLP": "BigSleeper", "_NORST": "No34h", "_NORST_SLP": "No34hSleeper"} {
			all["US_INT_PROP_"+cycle+suffix] = "America" + days + ending
		}
		for suffix, ending := range map[string]string{"": "", "_BIG": "Big", "_BIG_SLP": "BigSleeper", "_SLP": "Sleeper"} {
			for code, name := range map[string]string{"PROP": "America", "OILTR": "OilTransport", "OILWL": "OilWell"} {
				all["US_INT_"+code+"_"+cycle+"_NOBRK"+suffix] = name + "NoRestRequirement" + days + ending
				if suffix != "" && code != "PROP" {
					all["US_INT_"+code+"_"+cycle+suffix] = name + days + ending
				}
			}
		}
	}
	return all
}

// stateRulesets are those within one state.
func stateRulesets() map[string]string {
	return map[string]string{
		"US_TX_INTRA_PROP_70_7": "AmericaTexas", "US_TX_INTRA_SH_70_7": "AmericaTexasShortHaul", "US_TX_INTRA_SH_70_8": "AmericaTexasShortHaul8Day",
		"US_TX_INTRA_OILTR_70_7": "OilTransportTexas", "US_TX_INTRA_OILWL_70_7": "OilWellTexas",
		"US_CA_INTRA_PAX_80_8": "CaliforniaPassenger", "US_CA_INTRA_FARM_112_8": "CaliforniaFarmProduct",
		"US_CA_INTRA_FARM_BRK":  "CaliforniaFarmProductWithRestRequirement",
		"US_CA_INTRA_FLAM_80_8": "CaliforniaFlammableLiquid", "US_CA_INTRA_FLAM_BRK": "CaliforniaFlammableLiquidWithRestRequirement",
		"US_CA_INTRA_SCH_80_8": "CaliforniaSchoolPupil", "US_CA_INTRA_SCH_BRK": "CaliforniaSchoolPupilWithRestRequirement",
		"US_CA_INTRA_OILTR_80_8": "OilTransportCalifornia8day", "US_CA_INTRA_OILTR_PROP": "OilTransportCaliforniaProperty",
		"US_CA_INTRA_OILWL_80_8": "OilWellCalifornia8day", "US_CA_INTRA_OILWL_PROP": "OilWellCaliforniaProperty",
		"US_AK_INTRA_PAX_70_7": "AlaskaPassenger7Day", "US_AK_INTRA_PAX_80_8": "AlaskaPassenger8Day",
		"US_AK_INTRA_PROP_70_7": "AlaskaProperty7Day", "US_AK_INTRA_PROP_70_7_SLP": "AlaskaProperty7DaySleeper",
		"US_AK_INTRA_PROP_80_8": "AlaskaProperty8Day", "US_AK_INTRA_PROP_80_8_SLP": "AlaskaProperty8DaySleeper",
		"US_FL_INTRA_PROP_70_7": "Florida7Day", "US_FL_INTRA_PROP_80_8": "Florida8Day",
		"US_FL_INTRA_SH_70_7": "FloridaShortHaul7Day", "US_FL_INTRA_SH_80_8": "FloridaShortHaul8Day",
		"US_MD_INTRA_SH_70_7": "MarylandShortHaul7Day", "US_MD_INTRA_SH_80_8": "MarylandShortHaul8Day",
		"US_ND_INTRA_PROP_70_7": "NorthDakota7Day", "US_ND_INTRA_SH_70_7": "NorthDakotaShortHaul7Day",
		"US_NE_INTRA_PROP_70_7": "Nebraska7day", "US_NE_INTRA_PROP_80_8": "Nebraska8day",
		"US_OR_INTRA_PROP_70_7": "Oregon7day", "US_OR_INTRA_PROP_80_8": "Oregon8day",
		"US_SC_INTRA_PROP_70_7": "SouthCarolina7Day", "US_SC_INTRA_PROP_80_8": "SouthCarolina8Day",
		"US_WA_INTRA_PROP_70_7": "WashingtonIntrastate7Day", "US_WA_INTRA_PROP_80_8": "WashingtonIntrastate8Day",
	}
}

func rulesetCodes() []string { return slices.Sorted(maps.Keys(rulesets())) }

// rulesetPrefix makes the id of a rule set out of its name. A User has the name, and what refers to a rule set the id.
const rulesetPrefix = "HosRuleSet"

// rulesetCode is our code for the rule set that a User follows, or "".
func rulesetCode(of string) string {
	for code, name := range rulesets() {
		if name == strings.TrimPrefix(of, rulesetPrefix) {
			return code
		}
	}
	return ""
}

// userRuleset gives a user a rule set from a time on.
type userRuleset struct {
	User     ref    `json:"user"`
	Ruleset  ref    `json:"hosRuleSet"`
	DateTime string `json:"dateTime"`
}

// rulesetStep is the second call of a user with a rule set. User.hosRuleSet could take it along, and nothing shows from
// when on that would hold or whether the history of rule sets would tell of it; Geotab's own import adds a
// UserHosRuleSet to each new user in this way (github.com/Geotab/sdk importUsers.html 1377d7e of 2026-06-17, read
// 2026-11-27). A user whose second call is lost is found by its own mark and goes on from there.
func rulesetStep(code string, w tsp.Write) step {
	id := resource.SourceID(rulesetPrefix + rulesets()[code])
	from := stamp(made(w.Operation))
	return step{key: "hos_ruleset", method: add, entity: "UserHosRuleSet",
		body: func(_ context.Context, _ *call, of resource.SourceID) (any, error) {
			return userRuleset{ref{of}, ref{id}, from}, nil
		},
		find: func(ctx context.Context, c *call, w tsp.Write) (resource.SourceID, bool, error) {
			all, err := get[struct {
				ID       resource.SourceID `json:"id"`
				Ruleset  ref               `json:"hosRuleSet"`
				DateTime string            `json:"dateTime"`
			}](ctx, c, "UserHosRuleSet", map[string]any{"userSearch": ref{w.Target}})
			if err != nil {
				return "", false, err
			}
			for _, one := range all {
				if one.Ruleset.ID == id && sameTime(one.DateTime, from) {
					return one.ID, true, nil
				}
			}
			return "", false, nil
		}}
}
