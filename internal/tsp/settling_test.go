package tsp_test

import (
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAWriteSettlesAfterWhatItsActionOrItsTSPSays(t *testing.T) {
	t.Parallel()
	message := tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create}
	for _, c := range []struct {
		spec tsp.Spec
		want time.Duration
	}{
		{tsp.Spec{}, tsp.DefaultSettling},
		{tsp.Spec{Settles: time.Minute}, time.Minute},
		{tsp.Spec{Settles: time.Second}, time.Second},
		{tsp.Spec{Settles: time.Second, Patience: time.Minute}, time.Minute},
		{tsp.Spec{Settles: time.Minute, Actions: tsp.Actions{message: {Settles: time.Hour}}}, time.Hour},
	} {
		if got := c.spec.Settling(message); got != c.want {
			t.Errorf("%+v: %v, want %v", c.spec, got, c.want)
		}
	}
}

func TestACapabilityDocumentTellsWhatBecomesOfALostAnswer(t *testing.T) {
	t.Parallel()
	message := tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create}
	vehicle := tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create}
	d := tsp.Document(tsp.Spec{Name: "x", Settles: time.Minute,
		Actions: tsp.Actions{message: {Strength: tsp.VerifyFirst, Settles: time.Hour, Unknowable: "who wrote it"}, vehicle: {}}}, nil)
	for _, w := range d.Writes {
		seconds, unknowable := 0.0, ""
		switch (tsp.Capability{Kind: w.Resource, Verb: w.OperationType}) {
		case message:
			seconds, unknowable = 3600, "who wrote it"
		case vehicle:
			seconds = 60
		}
		if w.SettlesAfterSeconds != seconds || (w.Unknowable == nil) != (unknowable == "") || w.Unknowable != nil && *w.Unknowable != unknowable {
			t.Errorf("%s %s: %v, %v", w.OperationType, w.Resource, w.SettlesAfterSeconds, w.Unknowable)
		}
	}
}
