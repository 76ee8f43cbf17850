package motive_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestSettingsThatMotiveCannotServeAreRefusedWhenTheyAreSet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		settings      tsp.Settings
		setting, says string
	}{
		{nil, "", ""},
		{tsp.Settings{"default_group_ids": []string{"41001", "41002"}}, "", ""},
		{tsp.Settings{"default_group_ids": []string{"41001", "abc"}}, "default_group_ids", `"abc"`},
		{tsp.Settings{"default_group_ids": []string{"41002", "41003"}}, "default_group_ids", "no group 41003"},
		{tsp.Settings{"default_asset_type": "reefer"}, "", ""},
		{tsp.Settings{"default_asset_type": "Dry Van"}, "default_asset_type", `"Dry Van"`},
		{tsp.Settings{"integration_name": "waybill-operation"}, "integration_name", "marks"},
	} {
		checker := start(t, c.settings).session.(tsp.SettingsChecker)
		err := checker.CheckSettings(t.Context(), tsptest.Free{})
		var e *tsp.Error
		if c.setting == "" && err != nil {
			t.Errorf("%v: %v", c.settings, err)
		}
		if c.setting != "" && (!errors.As(err, &e) || e.Class != tsp.Rejected || e.Setting != c.setting || !strings.Contains(e.Message, c.says)) {
			t.Errorf("%v: %v", c.settings, err)
		}
	}
}
