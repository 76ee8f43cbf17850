package motive_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

var associate = tsp.Capability{Kind: resource.KindDriverVehicleAssociation, Verb: resource.Create}

const (
	seated = `{"driver_id":"` + ours + `","vehicle_id":"` + ours + `","started_at":"2026-01-15T06:00:00Z"}`
	left   = `{"driver_id":"` + ours + `","vehicle_id":"` + ours + `","started_at":"2026-01-15T06:00:00Z","ended_at":"2026-01-15T14:30:00Z"}`
)

func TestAVehicleHasOnePermanentDriverWhomOnlyTheirOwnEndTakesOff(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	users := s.records(resource.KindUser)
	first, second := users[0].SourceID, users[1].SourceID
	for n, step := range []struct {
		body   string
		driver resource.SourceID
		// has is who drives afterwards; "" for nobody.
		has  resource.SourceID
		note string
	}{
		{seated, first, first, ""},
		{seated, second, second, ""},
		{left, first, second, "not the vehicle's permanent one any more"},
		{left, second, "", ""},
		{left, second, "", "not the vehicle's permanent one any more"},
	} {
		w := s.write(associate.Kind, associate.Verb, step.body)
		w.Refs["driver_id"] = []resource.SourceID{step.driver}
		out, err := s.session.Write(t.Context(), w)
		want := w.Refs["vehicle_id"][0] + "/" + step.driver
		if err != nil || out.SourceID != want || out.Collection != "permanent_drivers" || !strings.Contains(out.Note, step.note) {
			t.Fatalf("step %d: %+v, %v", n, out, err)
		}
		have := strings.Join(s.objects("permanent_drivers"), "\n")
		if named := `"permanent_driver_id":` + string(step.has); step.has == "" && have != "" || step.has != "" && !strings.Contains(have, named) {
			t.Errorf("step %d: %s drive, want %q", n, have, step.has)
		}
	}
}

func TestAPermanentDriverThatMotiveDoesNotShowIsNoSuccess(t *testing.T) {
	t.Parallel()
	refs := resource.Refs{"driver_id": {"5"}, "vehicle_id": {"7"}}
	for answer, want := range map[string]tsp.Class{
		`{"vehicle":{"id":7,"permanent_driver":{"id":5}}}`: tsp.Done,
		`{"vehicle":{"id":7,"permanent_driver":{"id":6}}}`: tsp.Broken,
		`{"vehicle":{"id":7,"permanent_driver":null}}`:     tsp.Broken,
		`{"vehicle":{"id":7}}`:                             tsp.Broken,
		`{"vehicle":{"id":8,"permanent_driver":{"id":5}}}`: tsp.Broken,
		`{}`: tsp.Unknown,
	} {
		s := desk(t, 0, says(answer))
		_, err := s.Write(t.Context(), writing(t, associate.Kind, strings.Trim(seated, "{}"), refs))
		if got := classOf(err); got != want {
			t.Errorf("%s ends as %s, want %s: %v", answer, got, want, err)
		}
	}
}

func TestWhoseVehicleCannotBeReadIsNotTakenOff(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]tsp.Class{http.StatusNotFound: tsp.Missing, http.StatusBadGateway: tsp.Unavailable} {
		s := desk(t, 0, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet {
				t.Errorf("%s %s is sent", r.Method, r.URL)
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"error_message":"no"}`))
		})
		_, err := s.Write(t.Context(), writing(t, associate.Kind, strings.Trim(left, "{}"), resource.Refs{"driver_id": {"5"}, "vehicle_id": {"7"}}))
		if got := classOf(err); got != want {
			t.Errorf("%d ends as %s, want %s: %v", status, got, want, err)
		}
	}
}

func TestTimesThatLieAheadAreRefusedWhereNoneAreKept(t *testing.T) {
	t.Parallel()
	ahead := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	for body, path := range map[string]string{
		strings.Replace(seated, "2026-01-15T06:00:00Z", ahead, 1): "started_at",
		strings.Replace(left, "2026-01-15T14:30:00Z", ahead, 1):   "ended_at",
	} {
		p := policy(t, associate, strings.ReplaceAll(body, ours, uuid.NewString()), nil)
		if len(p.Problems) != 1 || p.Problems[0].Path != path || !strings.Contains(p.Problems[0].Message, "must not lie ahead") {
			t.Errorf("%s: %+v", body, p.Problems)
		}
	}
	if p := policy(t, associate, seated, nil); len(p.Problems) > 0 || len(p.Warnings) != 1 || p.Warnings[0].Path != "started_at" {
		t.Errorf("%+v", p)
	}
	if p := policy(t, associate, left, nil); len(p.Problems) > 0 || len(p.Warnings) != 2 || p.Warnings[1].Path != "ended_at" || len(p.Dropped()) != 1 {
		t.Errorf("an end: %+v", p)
	}
}
