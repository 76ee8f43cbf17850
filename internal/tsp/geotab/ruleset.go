package geotab

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// rulesets are Geotab's names of our rule sets. Their lists follow each other closely; names
// are inferred from the pattern (reference section 4.5), and what has no counterpart is left out.
func rulesets() map[string]string {
	all := map[string]string{
		"US_INT_PROP_60_7_SH": "AmericaShortHaul", "US_INT_PROP_70_8_SH": "AmericaShortHaul8Day",
		"US_INT_PROP_70_8_SH_14H": "AmericaShortHaul8Day14hrWorkday", "US_INT_PROP_SH_14H": "AmericaShortHaul14hrWorkday",
		"US_INT_PAX_60_7": "America7DayPassenger", "US_INT_PAX_70_8": "America8DayPassenger",
		"US_INT_OILTR_60_7": "OilTransport7Day", "US_INT_OILTR_70_8": "OilTransport8Day",
		"US_INT_OILWL_60_7": "OilWell7Day", "US_INT_OILWL_70_8": "OilWell8Day",
		"CA_FED_C1_70_7": "CanadaCycleOne", "CA_FED_C2_120_14": "CanadaCycleTwo",
		"CA_N60_C1_80_7": "CanadaNorthOf60CycleOne", "CA_N60_C2_120_14": "CanadaNorthOf60CycleTwo",
		"US_FL_INTRA_PROP_70_7": "Florida7Day", "US_FL_INTRA_PROP_80_8": "Florida8Day",
		"US_WA_INTRA_PROP_70_7": "WashingtonIntrastate7Day", "US_WA_INTRA_PROP_80_8": "WashingtonIntrastate8Day",
		"US_INT_CARRIER_EX": "CarrierExemption",
	}
	for cycle, name := range map[string]string{"60_7": "America7Day", "70_8": "America8Day"} {
		days := strings.TrimPrefix(name, "America")
		for suffix, ending := range map[string]string{"": "", "_BIG": "Big", "_BIG_SLP": "BigSleeper", "_NORST": "No34h", "_NORST_SLP": "No34hSleeper"} {
			all["US_INT_PROP_"+cycle+suffix] = name + ending
		}
		for suffix, ending := range map[string]string{"": "", "_BIG": "Big", "_BIG_SLP": "BigSleeper", "_SLP": "Sleeper"} {
			all["US_INT_PROP_"+cycle+"_NOBRK"+suffix] = "AmericaNoRestRequirement" + days + ending
			if suffix != "" {
				all["US_INT_OILTR_"+cycle+suffix] = "OilTransport" + days + ending
				all["US_INT_OILWL_"+cycle+suffix] = "OilWell" + days + ending
			}
		}
	}
	return all
}

func rulesetCodes() []string { return slices.Sorted(maps.Keys(rulesets())) }

// userRuleset gives a user a rule set from a time on.
type userRuleset struct {
	User     ref    `json:"user"`
	Ruleset  ref    `json:"hosRuleSet"`
	DateTime string `json:"dateTime"`
}

// rulesetStep is the second call of a user with a rule set.
func rulesetStep(code string, w tsp.Write) step {
	id := resource.SourceID("HosRuleSet" + rulesets()[code])
	from := stamp(made(w.Operation))
	return step{key: "hos_ruleset", method: add, entity: "UserHosRuleSet", second: true,
		body: func(_ context.Context, _ *call, of resource.SourceID) (any, error) {
			return userRuleset{ref{of}, ref{id}, from}, nil
		},
		find: func(ctx context.Context, c *call, w tsp.Write) (resource.SourceID, bool, error) {
			of := w.Target
			if s, ok := w.Step(mainStep); ok {
				of = s.SourceID
			}
			all, err := get[struct {
				ID       resource.SourceID `json:"id"`
				Ruleset  ref               `json:"hosRuleSet"`
				DateTime string            `json:"dateTime"`
			}](ctx, c, "UserHosRuleSet", map[string]any{"userSearch": ref{of}})
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
