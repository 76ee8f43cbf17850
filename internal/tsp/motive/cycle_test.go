package motive_test

import (
	"testing"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp/motive"
)

// members reads the fields of the records of a kind, by source id.
func (s simulated) members(kind resource.Kind) map[resource.SourceID]map[string]any {
	s.Helper()
	all := map[resource.SourceID]map[string]any{}
	for _, r := range s.records(kind) {
		var fields map[string]any
		if err := json.Unmarshal(r.Fields, &fields); err != nil {
			s.Fatal(err)
		}
		all[r.SourceID] = fields
	}
	return all
}

func TestEachRulesetThatMotiveHasReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	codes := motive.RulesetCodes()
	for _, code := range codes {
		out, err := s.session.Write(t.Context(), s.write(resource.KindUser, resource.Update, `{"hos_ruleset_code":"`+code+`"}`))
		if err != nil {
			t.Errorf("%s: %v", code, err)
			continue
		}
		if got := s.members(resource.KindUser)[out.SourceID]["hos_ruleset_code"]; got != code {
			t.Errorf("%s reads back as %v", code, got)
		}
	}
	if len(codes) != 42 {
		t.Errorf("%d rule sets", len(codes))
	}
}

func TestACycleWithOtherExceptionsIsNoRuleset(t *testing.T) {
	t.Parallel()
	for user, want := range map[string]any{
		`"cycle":"70_8"`: "US_INT_PROP_70_8",
		`"cycle":"70_8","exception_8_hour_break":true`:                                 "US_INT_PROP_70_8_NOBRK",
		`"cycle":"70_8","exception_short_haul":true`:                                   "US_INT_PROP_70_8_BIG",
		`"cycle":"70_8","exception_adverse_driving":true`:                              "US_INT_PROP_70_8",
		`"cycle":"60_7_o","exception_24_hour_restart":true`:                            "US_INT_OILTR_60_7",
		`"cycle":"60_7_o","exception_24_hour_restart":true,"exception_wait_time":true`: "US_INT_OILWL_60_7",
		`"cycle":"80_8_p","exception_ca_farm_school_bus":true`:                         "US_CA_INTRA_SCH_80_8",
		`"cycle":"120_14_north"`:                                                       "CA_N60_C2_120_14",
		`"cycle":"70_8","exception_24_hour_restart":true`:                              nil,
		`"cycle":"60_7_o"`: nil,
		`"cycle":"Other"`:  nil,
		`"cycle":null`:     nil,
		`"role":"admin"`:   nil,
	} {
		if got := listed(t, resource.KindUser, `{"users":[{"user":{"id":1,`+user+`}}]}`)["hos_ruleset_code"]; got != want {
			t.Errorf("%s reads as %v, want %v", user, got, want)
		}
	}
}
