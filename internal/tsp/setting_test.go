package tsp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp"
)

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
