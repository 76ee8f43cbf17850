package sim

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// ruleSetPrefix makes the id of a rule set out of its name.
const ruleSetPrefix = "HosRuleSet"

// userRuleSetEntity is UserHosRuleSet: from when on a user follows a rule set.
func userRuleSetEntity() *entity {
	return &entity{
		name: "UserHosRuleSet", collection: userRuleSets,
		properties: properties{
			"user": {kind: referenceKind, of: users},
			"hosRuleSet": {
				kind: objectKind, members: properties{"id": {check: isRuleSetID}, "name": {}}, needs: []string{"id"},
			},
			"dateTime": {kind: momentKind},
		},
		required: []string{"user", "hosRuleSet", "dateTime"},
		search: filters{
			"id": byID(), "userSearch": byEntity("user", "User"),
			"fromDate": notBefore("dateTime"), "toDate": notAfter("dateTime"),
		},
		sorts: map[string]string{"id": "id", "date": "dateTime"},
		writing: &writing{
			begin: func(*simkit.Tx) simkit.Object { return simkit.Object{} },
			settle: func(_ *simkit.Tx, _, after simkit.Object) error {
				after["hosRuleSet"] = refTo(idIn(after["hosRuleSet"]))
				return nil
			},
		},
	}
}

// ruleSetEntity is HosRuleSet, of which nothing but the id is documented. It is read only.
func ruleSetEntity() *entity {
	return &entity{
		name: "HosRuleSet", collection: ruleSetTypes, search: filters{"id": byID()}, sorts: map[string]string{"id": "id"},
	}
}

func seedRuleSets(tx *simkit.Tx) error {
	for _, name := range ruleSets() {
		id := ruleSetPrefix + name
		if err := tx.Put(ruleSetTypes, id, simkit.Object{"id": id}); err != nil {
			return err
		}
	}
	return nil
}

// ruleSetInForce is the name of the rule set that a user follows, or "" when none was ever given.
func ruleSetInForce(tx *simkit.Tx, user string) string {
	name, since := "", ""
	for _, i := range tx.Items(userRuleSets) {
		from := simkit.Text(i.Object, "dateTime")
		if idIn(i.Object["user"]) == user && from >= since && !momentOf(from).After(tx.Now()) {
			name, since = strings.TrimPrefix(idIn(i.Object["hosRuleSet"]), ruleSetPrefix), from
		}
	}
	return name
}

func isRuleSetID(v any) string {
	s, _ := v.(string)
	if name, ok := strings.CutPrefix(s, ruleSetPrefix); !ok || !slices.Contains(ruleSets(), name) {
		return "must be " + ruleSetPrefix + " and the name of a rule set, such as HosRuleSetAmerica8Day"
	}
	return ""
}

func isRuleSetName(v any) string {
	if s, _ := v.(string); !slices.Contains(ruleSets(), s) {
		return "must be the name of a rule set, such as America8Day"
	}
	return ""
}

// ruleSets are the names of Geotab's known ids (KnownId, as published with its object model) and those that its release
// notes of 5.7.2103, 6.0, 7.0 and 8.0 add (geotab.github.io/sdk/resources/new, read 2026-11-27).
func ruleSets() []string {
	names := strings.Fields(`None None8Day NoneCanada CarrierExemption
		AlaskaPassenger7Day AlaskaPassenger8Day AlaskaProperty7Day AlaskaProperty7DaySleeper AlaskaProperty8Day
		AlaskaProperty8DaySleeper America7DayNo34h America7DayNo34hSleeper America7DayPassenger America8DayNo34h
		America8DayNo34hSleeper America8DayPassenger AmericaNonCdlShortHaul7Day AmericaNonCdlShortHaul8Day
		AmericaSalesperson AmericaSalespersonNonCdlShortHaul AmericaShortHaul AmericaShortHaul14hrWorkday
		AmericaShortHaul8Day AmericaShortHaul8Day14hrWorkday AmericaShortHaul8DayNo34h AmericaShortHaulNo34h
		AmericaShortHaulPassenger AmericaShortHaulPassenger8Day AmericaTexas AmericaTexasShortHaul
		AmericaTexasShortHaul8Day BrazilShortHaul California8day CaliforniaFarmProduct
		CaliforniaFarmProductWithRestRequirement CaliforniaFlammableLiquid
		CaliforniaFlammableLiquidWithRestRequirement CaliforniaPassenger CaliforniaProperty CaliforniaSchoolPupil
		CaliforniaSchoolPupilWithRestRequirement CanadaCycleOne CanadaCycleOneTeam CanadaCycleTwo CanadaCycleTwoTeam
		CanadaNorthOf60CycleOne CanadaNorthOf60CycleTwo CanadaNorthOf60CycleOneTeam CanadaNorthOf60CycleTwoTeam CanadaOil
		CanadaOilTeam CanadaNorthOf60Oil CanadaNorthOf60OilTeam CaliforniaPropertyShortHaul
		CaliforniaPropertyShortHaulWithRest America7DayRailroad America8DayRailroad Florida7Day Florida8Day FloridaShortHaul7Day
		FloridaShortHaul8Day MarylandShortHaul7Day MarylandShortHaul8Day Nebraska7day Nebraska8day NorthDakota7Day
		NorthDakotaShortHaul7Day OilTransportCalifornia8day OilTransportCaliforniaProperty OilTransportShortHaul
		OilTransportShortHaul14hrWorkday OilTransportShortHaul8Day OilTransportShortHaul8Day14hrWorkday
		OilTransportTexas OilWellCalifornia8day OilWellCaliforniaProperty OilWellTexas Oregon7day Oregon8day
		SouthCarolina7Day SouthCarolina8Day WashingtonIntrastate7Day WashingtonIntrastate8Day`)
	for _, family := range []string{
		"America", "AmericaNoRestRequirement", "OilTransport", "OilTransportNoRestRequirement", "OilWell",
		"OilWellNoRestRequirement",
	} {
		for _, days := range []string{"7Day", "8Day"} {
			for _, ending := range []string{"", "Big", "BigSleeper", "Sleeper"} {
				names = append(names, family+days+ending)
			}
		}
	}
	return names
}
