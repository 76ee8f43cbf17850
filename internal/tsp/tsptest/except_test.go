package tsptest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAnExceptionExcusesAFailureAndAnUnusedOneIsReported(t *testing.T) {
	t.Parallel()
	config := referenceConfig(incompleteSpec)
	config.Except = map[string]string{"spec": "on purpose", "fields/create vehicle/oem": "never asked about here"}
	config.Replies = nil
	s := newSuite(config)
	o := s.try(t, checks()[0], tsp.Capability{})
	if o.Skipped != "on purpose" || len(o.Failures) > 0 {
		t.Errorf("%+v", o)
	}
	if diff := cmp.Diff([]string{"fields/create vehicle/oem"}, s.unused()); diff != "" {
		t.Error(diff)
	}
	s.config.Replies = []Reply{{Name: "nobody's", Call: "DELETE /vehicles"}}
	if unused := s.unused(); !slices.Contains(unused, "the reply nobody's") {
		t.Errorf("a reply that no call was answered with is not told: %v", unused)
	}
}

func TestAFieldThatIsExcusedIsToldAndNotChecked(t *testing.T) {
	t.Parallel()
	config := referenceConfig(sendsDropped)
	config.Except = map[string]string{"fields/create vehicle/oem": "it is sent on purpose"}
	s := newSuite(config)
	for _, c := range checks() {
		if c.name != "fields" {
			continue
		}
		o := s.try(t, c, tsp.Capability{Kind: "vehicle", Verb: "create"})
		if len(o.Failures) > 0 || len(o.Logs) != 1 {
			t.Errorf("%+v", o)
		}
	}
}

func TestACheckWhoseSamplesCannotBeWrittenSaysSo(t *testing.T) {
	t.Parallel()
	config := referenceConfig("")
	config.Values = map[string][]string{"vehicle_name": {`"a name of more than forty characters, which is too long"`}}
	s := newSuite(config)
	failed := 0
	for _, c := range checks() {
		if c.each == nil || c.only != "" {
			continue
		}
		o := s.try(t, c, tsp.Capability{Kind: "vehicle", Verb: "create"})
		switch c.name {
		case "uses", "fields":
		case "assumed limits", "meanings": // They need no sample that can be written.
		case "decoys", "rivals", "clocks": // They are about what is looked for, which this is not.
		case "written":
			failed = len(o.Failures)
		default:
			if len(o.Failures) > 0 || o.Skipped == "" {
				t.Errorf("%s: %+v", c.name, o)
			}
		}
	}
	if failed == 0 {
		t.Error("the check of what is written passes")
	}
}

func TestAnExceptionOfACheckThatHoldsOrWithoutAReasonIsReported(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{"on purpose": "excuses nothing", "": "gives no reason"} {
		config := referenceConfig("")
		config.Except = map[string]string{"spec": reason}
		o := newSuite(config).try(t, checks()[0], tsp.Capability{})
		if len(o.Failures) != 1 || !strings.Contains(o.Failures[0], want) {
			t.Errorf("%q: %+v", reason, o)
		}
	}
}
