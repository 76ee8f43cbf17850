package motive_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
)

func TestATypeThatMotiveHasTakesTheOneThatItHasNotAway(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, c := range []struct{ written, reads string }{
		{"reefer", "reefer"}, {"Tanker", "Tanker"}, {"Dry Van", "dry_box"}, {"chassis", "chassis"}, {"lowboy", "low_boy"},
		{"hopper", "hopper"}, {"flatbed", "flatbed"},
	} {
		out, err := s.session.Write(t.Context(), s.write(resource.KindTrailer, resource.Update, `{"trailer_type":"`+c.written+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.members(resource.KindTrailer)[out.SourceID]["trailer_type"]; got != c.reads {
			t.Errorf("%s reads back as %v, want %s", c.written, got, c.reads)
		}
	}
}

func TestACustomTypeIsReadWhereTheTypeSaysNothing(t *testing.T) {
	t.Parallel()
	for asset, want := range map[string]string{
		`"type":"dry_box","custom_type":"tanker"`: "tanker",
		`"type":"other","custom_type":"tanker"`:   "tanker",
		`"type":"reefer","custom_type":"tanker"`:  "reefer",
		`"type":"reefer","custom_type":null`:      "reefer",
		`"type":"","custom_type":"tanker"`:        "tanker",
	} {
		if got := listed(t, resource.KindTrailer, `{"groups":[],"assets":[{"asset":{"id":1,`+asset+`}}]}`)["trailer_type"]; got != want {
			t.Errorf("%s reads as %v, want %s", asset, got, want)
		}
	}
}
