package tsp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestASettingIsNeverEmpty(t *testing.T) {
	t.Parallel()
	spec := tsp.Spec{DisplayName: "Acme", Settings: []tsp.Setting{{Key: "tags", Type: tsp.ListSetting},
		{Key: "name", Type: tsp.TextSetting}, {Key: "pin", Type: tsp.TextSetting, Secret: true}, {Key: "unit", Type: tsp.IntegerSetting}}}
	for raw, want := range map[string]string{
		`{"name":""}`:            "settings.name must not be empty; leave it out, or send null to remove it",
		`{"name":" \u00a0\t"}`:   "settings.name must not be empty; leave it out, or send null to remove it",
		`{"pin":" "}`:            "settings.pin must not be empty; leave it out, or send null to remove it",
		`{"tags":["a"," "]}`:     "settings.tags[1] must not be empty; leave it out, or send null to remove it",
		`{"tags":[]}`:            "settings.tags must hold at least one item; leave it out, or send null to remove it",
		`{"name":null,"unit":0}`: "",
	} {
		set, wrong := spec.ReadSettings([]byte(raw), tsp.Settings{"name": "n", "tags": []string{"a"}})
		var got string
		for _, p := range wrong {
			got += p.Path + " " + p.Message
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", raw, diff)
		}
		if _, there := set["name"]; want == "" && there {
			t.Errorf("%s: null removes nothing: %v", raw, set)
		}
	}
}

func TestASettingIsBounded(t *testing.T) {
	t.Parallel()
	spec := tsp.Spec{DisplayName: "Acme", Settings: []tsp.Setting{{Key: "tags", Type: tsp.ListSetting},
		{Key: "name", Type: tsp.TextSetting}}}
	tags := make([]string, 501)
	for i := range tags {
		tags[i] = fmt.Sprintf(`"%d"`, i)
	}
	for raw, want := range map[string]string{
		`{"tags":[` + strings.Join(tags, ",") + `]}`:       "settings.tags must hold at most 500 items",
		`{"tags":[` + strings.Join(tags[:500], ",") + `]}`: "",
		`{"tags":["a","b","a"]}`:                           "settings.tags[2] repeats the value at [0]; give each once",
		`{"tags":["` + strings.Repeat("é", 501) + `"]}`:    "settings.tags[0] must have at most 500 characters",
		`{"name":"` + strings.Repeat("é", 501) + `"}`:      "settings.name must have at most 500 characters",
		`{"name":"` + strings.Repeat("é", 500) + `"}`:      "",
	} {
		_, wrong := spec.ReadSettings([]byte(raw), nil)
		var got string
		for _, p := range wrong {
			got += p.Path + " " + p.Message
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%.40s (-want +got):\n%s", raw, diff)
		}
	}
}
